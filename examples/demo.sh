#!/bin/sh
# The main job from nothing to served scores and pages: sample, ingest, train,
# promote, score, discover, key, serve.
set -eu
export REDRESS_HOME="$HOME_FOLDER"
redress="$BIN/redress"
data="$REDRESS_HOME/sample"
key="$REDRESS_HOME/key.json"

step() { printf '\n== %s\n' "$1"; }
# The days end yesterday, so that the pages have a Monday morning to show; `date` knows no one way to subtract.
day_before_today() {
  "$BIN/python" -c "import datetime as d, sys; print(d.datetime.now(d.UTC).date() - d.timedelta(int(sys.argv[1])))" "$1"
}

if [ ! -f "$data/columns.yaml" ]; then
  step "a made-up marketplace: $APPEALS appeals, up to yesterday"
  "$redress" sample "$data" --appeals "$APPEALS" --until "$(day_before_today 0)"
fi
# The made-up marketplace's policies and actions are those that the example declares.
[ -f "$REDRESS_HOME/dsa.yaml" ] || cp "$(dirname "$0")/dsa.yaml" "$REDRESS_HOME/dsa.yaml"
if [ ! -f "$REDRESS_HOME/promoted.json" ]; then
  step "into the history"
  "$redress" ingest "$data/appeals.csv" --columns "$data/columns.yaml"
  step "train: distil the encoder, fit, calibrate, measure, register"
  "$redress" train
  step "promote: through the gate"
  "$redress" promote --json "$REDRESS_HOME/promoted.json"
fi
if [ ! -f "$REDRESS_HOME/scores.parquet" ]; then
  step "scores: the queue"
  "$redress" score "$data/appeals.csv" --columns "$data/columns.yaml" --out "$REDRESS_HOME/scores.parquet"
fi
if [ ! -f "$REDRESS_HOME/themes.json" ]; then
  step "themes and alarms, every four weeks of the last months: what appellants are saying"
  "$redress" discover --since "$(day_before_today 141)" --every 28 --json "$REDRESS_HOME/themes.json" > "$REDRESS_HOME/discoveries.txt"
  grep -e '^appeals' -e '^A[0-9]' "$REDRESS_HOME/discoveries.txt"
fi
if [ ! -f "$key" ]; then
  step "a key"
  "$redress" key create --name demo --scope score --scope review --json "$key"
fi
[ "$SERVE" = 1 ] || { step "done; SERVE=0, so nothing is served"; exit 0; }
step "serving; stop with Ctrl-C"
secret=$("$BIN/python" -c "import json, sys; print(json.load(open(sys.argv[1]))['key'])" "$key")
printf 'the pages:\n  http://127.0.0.1:3000/   sign in with the key %s\n\n' "$secret"
printf 'try:\n  curl -s http://127.0.0.1:3000/v1/score -H "Authorization: Bearer %s" -H "Content-Type: application/json" -d @examples/appeals.json\n' "$secret"
printf '  curl -s http://127.0.0.1:3000/v1/themes -H "Authorization: Bearer %s"\n' "$secret"
printf '  curl -s http://127.0.0.1:3000/v1/alarms -H "Authorization: Bearer %s"\n\n' "$secret"
exec "$redress" serve

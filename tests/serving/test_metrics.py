"""What Prometheus reads."""

import os
import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families

from serving.metrics import Metrics
from serving.webhook.schedule import Outcome

COUNTING = """
from serving.metrics import Metrics
metrics = Metrics(shared=True)
metrics.scored.inc(2)
metrics.requests.labels("POST", "/v1/score", "200").observe(0.1)
metrics.change_model(None, "1")
metrics.change_model("1", "2")
print(metrics.exposition().decode())
"""


def samples(text):
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_counts_and_the_version_that_serves():
    metrics = Metrics(shared=False)
    metrics.scored.inc(3)
    metrics.refused.inc()
    metrics.count_webhook(Outcome.DELIVERED)
    metrics.change_model(None, "1")
    metrics.change_model("1", "2")
    found = samples(metrics.exposition().decode())
    assert found["redress_appeals_scored_total",] == 3
    assert found["redress_appeals_refused_total",] == 1
    assert found["redress_webhook_attempts_total", "dead"] == 0
    assert found["redress_webhook_attempts_total", "delivered"] == 1
    assert found["redress_model_info", "1"] == 0
    assert found["redress_model_info", "2"] == 1


def test_two_of_them_do_not_count_together():
    Metrics(shared=False).scored.inc()
    found = samples(Metrics(shared=False).exposition().decode())
    assert found["redress_appeals_scored_total",] == 0


def test_processes_count_together_in_their_folder(tmp_path):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", COUNTING],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    found = samples(done.stdout)
    assert found["redress_appeals_scored_total",] == 4
    assert found["redress_request_seconds_count", "POST", "/v1/score", "200"] == 2
    assert (found["redress_model_info", "1"], found["redress_model_info", "2"]) == (0, 1)

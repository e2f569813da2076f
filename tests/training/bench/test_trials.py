import numpy as np
import pytest

from training.bench.trials import search_trials, search_words, trials_table
from training.bench.trials_figures import trials_figure

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def searched(comparison):
    return search_trials(comparison, "plain", trials=8)


def test_trials_are_in_their_order_and_the_search_counts_them(searched):
    assert [one.number for one in searched.tried] == list(range(8))
    assert searched.found.trials == 8
    assert searched.found.pruned == sum(one.pruned for one in searched.tried)


def test_the_search_begins_with_what_is_chosen_without_it(searched):
    first = searched.tried[0]
    assert not first.pruned
    assert first.losses[-1] == pytest.approx(searched.found.plain_loss, abs=1e-4)


def test_the_table_has_the_best_trial_first_and_those_given_up_last(searched):
    table = trials_table(searched)

    assert sorted(table.index) == list(range(8))
    whole = table["loss"].dropna()
    assert whole.is_monotonic_increasing
    assert table["loss"].isna().tolist() == sorted(table["loss"].isna())
    best = searched.tried[table.index[0]]
    assert table["loss"].iloc[0] == best.losses[-1]
    assert table["vector"].iloc[0] == pytest.approx(best.penalties.vector or np.nan, nan_ok=True)


def test_words_and_figure_say_whether_it_is_taken(searched):
    said = "taken" if searched.found.taken else "not taken"
    assert said in search_words(searched)
    labels = [text.get_text() for text in trials_figure(searched).axes[0].get_legend().get_texts()]
    assert any(label.endswith(f": {said}") for label in labels)


def test_a_search_of_no_trials_is_refused(comparison):
    with pytest.raises(ValueError, match="0 trials: a search needs at least 1"):
        search_trials(comparison, "plain", trials=0)

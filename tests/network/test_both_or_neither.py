"""An action and its entry stand together or not at all, whatever is killed and whoever writes."""

from tests.network.processes import answer


def test_a_process_killed_in_an_action_leaves_both_or_neither(own_database):
    came = answer(own_database, "tests.network.acts", "killed", "45")
    assert came["both"]
    assert came["holds"]
    assert came["in_the_middle"] == 30
    assert came["firms"] >= 15


def test_processes_that_write_to_several_chains_at_once_neither_block_nor_lose(own_database):
    came = answer(own_database, "tests.network.acts", "crossing", "4", "25")
    assert came == {"failed": 0, "told": 200, "lengths": 200, "holds": True}

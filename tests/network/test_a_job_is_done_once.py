"""Whatever happens to workers, each job is finished once, and by one of them."""

from tests.network.processes import answer


def test_a_killed_workers_jobs_are_taken_over_and_finished_once(empty_database):
    jobs = answer(empty_database, "tests.network.toil", "killed", "6", "3")
    assert [(one["state"], one["told"]) for one in jobs] == [("done", 1)] * 6
    assert max(one["attempts"] for one in jobs) > 1


def test_a_worker_that_stood_still_does_not_finish_what_another_has_done(empty_database):
    jobs = answer(empty_database, "tests.network.toil", "paused")
    assert jobs == [{"state": "done", "attempts": 2, "told": 1}]


def test_a_worker_that_is_told_to_end_gives_its_job_back(empty_database):
    jobs = answer(empty_database, "tests.network.toil", "left")
    assert jobs == [{"state": "waiting", "attempts": 0, "told": 0}]

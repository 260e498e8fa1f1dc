"""Long work in the background, with progress, that another worker can take over.

@job("formation.propose", title=_("Finding the best consortium"))
def propose(task: Task, *, item: str) -> dict: ...

start("formation.propose", {"item": str(item.id)}, actor)      # inside an action

redirect("job", job.id)                  # the page with its progress; {"url": ...} in the
                                         # result leads on from there

@daily("consortia.deadlines")            # started once a day by whichever worker is first
def expire(task: Task) -> None: ...
"""

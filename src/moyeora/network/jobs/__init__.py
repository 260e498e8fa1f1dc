"""Long work in the background, with progress, that another worker can take over.

@job("formation.propose")
def propose(task: Task, *, item: str) -> dict: ...

start("formation.propose", {"item": str(item.id)}, actor)      # inside an action
"""

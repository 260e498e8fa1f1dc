"""formation: the consortium that is proven best for a business item, and why.

    from datetime import date
    from pathlib import Path
    from moyeora.formation.item import read_item
    from moyeora.formation.members import read_members
    from moyeora.formation.problem import build
    from moyeora.formation.solve import solve

    item = read_item(Path("item.toml"), today=date(2026, 9, 1))
    members = read_members("members.csv", "ties.csv", "exclusions.csv")
    outcome = solve(build(item, members))
    outcome.plan, outcome.proven

What goes in: :mod:`.item`, :mod:`.members` (with :mod:`.tables`, :mod:`.trades`). What is made of
it: :mod:`.problem` (what fits), :mod:`.model` (the rules), :mod:`.bound`, :mod:`.prices`,
:mod:`.filling` and :mod:`.linear` (safe cuts, with their proofs), :mod:`.search` (one stage),
:mod:`.solve` (the optimum), :mod:`.plan` (the answer and its check).
What is asked of it: :mod:`.alternatives` (runners-up, front, repair), :mod:`.explain` (why),
:mod:`.conflict` (why not), :mod:`.value` (v(S)), :mod:`.recommend` (who fits),
:mod:`.discretion` (what others may see). :mod:`.sample` makes a network up.
"""

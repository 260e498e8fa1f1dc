"""network: the web application in which firms, association and agency use the four libraries.

Folders, each importing only those after it: :mod:`.consortia` (items, proposals, agreements),
:mod:`.members` (firms, people, offers), :mod:`.jobs` (long work in the background),
:mod:`.journal` (what was done, for ever), :mod:`.frame` (who acts, faults, how pages look).
"""

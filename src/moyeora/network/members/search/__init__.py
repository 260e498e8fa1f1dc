"""Finding members: the index, what a person typed, what was found.

Actions that change what can be found call :func:`.index.index` in their own transaction:

    from moyeora.network.members.search.index import index

    index([firm.id])

One stream of tokens serves both databases (:mod:`.tokens`, :mod:`.documents`); :mod:`.store` holds
the two dialects of SQL; :mod:`.find` ranks, counts and estimates.
"""

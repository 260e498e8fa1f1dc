"""The auditor of a consortium: named by one firm, agreed by all, accepted by the person, and
relieved by the firms' vote. An auditor sees every line of this one consortium, and changes none.
"""

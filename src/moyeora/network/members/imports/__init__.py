"""Tables brought into the network: read without trust, mapped, checked, planned, written whole.

reading   a file that somebody sent -> headings and rows of text, or why not
columns   which columns a table may have, and which heading is probably which
checking  rows -> values and faults, each at its row and column
plan      values -> what would be made, updated, left
writing   the plan -> the database, in one transaction
"""

"""A design and a customer table in, print-ready volumes out, every piece a little different.

Nothing here goes record by record. A batch of some thousand records is composed by column:
each distinct word, picture, block or code is made once, a record only refers to it, and the
bytes of a whole batch are one gather. The modules stand in the order in which a job flows:

    job, faults        what is asked for; what is wrong with it
    records            sources and SQL -> a frozen table
    templates          words with fields -> columns of words
    artwork, fonts     Typst's PDF -> layouts with holes; font files -> subsets
    words, lines       distinct words -> glyphs; word widths -> line breaks
    parts              each part of the design -> Marks and a Pool
    pdf, volume        objects and cross-reference; Marks -> the bytes of a volume
    register, run      each record exactly once; workers
    proof, plan        a few records as a picture; what a job will cost
"""

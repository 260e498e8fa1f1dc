"""A design and a customer table in, print-ready volumes out, every piece a little different.

Nothing here goes record by record. A batch of some thousand records is composed by column:
each distinct word, picture, block or code is made once, a record only refers to it, and the
bytes of a whole batch are one gather. The modules stand in the order in which a job flows:

    job_file, job, faults    what is asked for; what is wrong with it
    records                  sources and SQL -> a frozen table
    templates, survey        words with fields -> columns of words; what the whole list holds
    artwork, holes           Typst's PDF -> pages with places for the parts
    lockup, forme            all that is the same for every piece, as PDF objects
    setting, images, codes   each part of the design -> Marks and a Pool
    compose, volume          Marks -> the contents of pieces -> the bytes of a volume
    workers, printing        volumes side by side
    run, register            the judgement of the whole list; each record exactly once
    proof, plan              a few records as a picture; what a job will cost
    extremes, slug           which records to look at, and the strip that says why
    approval, origins        the client's yes to a fingerprint; what has changed since
    report                   what became of every row, counted anew
    destruction, signing     the end of the personal data, and the proof of it
"""

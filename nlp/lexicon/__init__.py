"""The words of the two languages as tables: what names a verb, an ending, an environment, a question. Must hold no code that decides.

A phrase is taught by a row: in `reads` what people want to see, in `changes_ko` and `changes_en` what they want done; the endings of Korean verbs
(`endings`) and the guards (`guards`) hold for it by themselves. Then `make nlp-eval` says what else is read otherwise.
"""

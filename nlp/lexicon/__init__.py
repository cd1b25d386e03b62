"""The words of the two languages as tables: what names a verb, an ending, an environment, a question. Must hold no code that decides."""

"""The conversation: sentences in; previews, answers and questions out. Must not read a sentence (nlp) or change anything by itself (gitops/submit)."""

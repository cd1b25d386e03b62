"""One cluster, spoken to: requests, kinds, watches, leases. Must not know apps or git."""

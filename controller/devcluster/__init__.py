"""A Kubernetes API server over HTTP, small and in one process, for the demo, the tests and the benchmark.

It answers as kube-apiserver 1.36 does and runs the workloads' controllers, but no containers. Loopback only. Imports nothing
else of the product, and nothing of the product may rely on its being there.
"""

"""What a real kube-apiserver 1.36 answered, and a program that replays it against another server and compares."""

"""The demo's deployment-config repository: five apps in staging and production."""

CONFIG = """\
# What this repository deploys, and where. See the README: "The deployment-config repository".
version: 1
name: shop
environments:
  staging:
    namespace: staging
  production:
    namespace: production
    review: required        # changes here are proposed, and another person approves
    approvals: 1
    promotes_from: staging
"""
APPS = {  # name -> (image, tag in staging, tag in production, replicas, port, more)
    "nginx": ("nginx", "1.27.2", "1.27.1", 2, 80, ""),
    "payment-api": ("registry.local/shop/payment-api", "v2.4.0", "v2.3.1", 2, 8080, "env:\n  LOG_LEVEL: info\n  CURRENCY: KRW\n"),
    "chat-app": ("registry.local/shop/chat-app", "v1.8.3", "v1.8.3", 1, 3000, "ingress:\n  enabled: true\n  hosts:\n    - host: chat.example.com\n      paths: [{path: /, pathType: Prefix}]\n"),
    "storefront": ("registry.local/shop/storefront", "v5.1.0", "v5.0.2", 2, 3000, "resources:\n  requests: {cpu: 100m, memory: 128Mi}\n"),
    "mailer": ("registry.local/shop/mailer", "v0.9.4", "v0.9.4", 1, 8025, "config:\n  SMTP_HOST: smtp.example.com\n"),
}


def files():
    """path -> text."""
    return {"klepaas.yaml": CONFIG} | {f"values/{environment}/{name}.yaml": _values(name, *app, production=environment == "production")
                                       for environment in ("staging", "production") for name, app in APPS.items()}


def _values(name, image, staging, live, replicas, port, more, production):
    count = replicas + 1 if production else replicas
    repository = f"klepaas:\n  repository: shop/{name}\n"
    return f"{repository}replicaCount: {count}\nimage:\n  repository: {image}\n  tag: \"{live if production else staging}\"\nservice:\n  port: {port}\n{more}"

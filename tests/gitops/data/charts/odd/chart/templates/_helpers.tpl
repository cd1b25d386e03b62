{{ define "odd.name" }}{{ .Release.Name }}-odd{{ end }}

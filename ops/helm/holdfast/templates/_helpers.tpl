{{- define "holdfast.name" -}}
{{- printf "%s" .Release.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "holdfast.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{- define "holdfast.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "holdfast.name" .) }}
{{- else }}{{ .Values.serviceAccount.name | default "default" }}{{ end }}
{{- end }}

{{- define "holdfast.selector" -}}
app.kubernetes.io/name: holdfast
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "holdfast.labels" -}}
{{ include "holdfast.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* What every pod has in common. */}}
{{- define "holdfast.podSecurity" -}}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "holdfast.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Takes (dict "root" $ "secrets" (list "the variables that come from the mounted Secret")). */}}
{{- define "holdfast.env" -}}
{{- $root := .root }}
- { name: NODE_ENV, value: production }
- { name: HOST, value: 0.0.0.0 }
- { name: PORT, value: "3000" }
- { name: WORKER_PORT, value: "9464" }
{{- range $name, $value := $root.Values.env }}
{{- if ne $value "" }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end }}
{{- range .secrets }}
- { name: {{ . }}_FILE, value: /run/secrets/holdfast/{{ . }} }
{{- end }}
{{- if $root.Values.temporalTls.existingSecret }}
- { name: TEMPORAL_TLS, value: "true" }
- { name: TEMPORAL_TLS_CLIENT_CERT_PATH, value: /run/secrets/temporal/tls.crt }
- { name: TEMPORAL_TLS_CLIENT_KEY_PATH, value: /run/secrets/temporal/tls.key }
{{- with $root.Values.temporalTls.serverName }}
- { name: TEMPORAL_TLS_SERVER_NAME, value: {{ . | quote }} }
{{- end }}
{{- if $root.Values.temporalTls.ca }}
- { name: TEMPORAL_TLS_SERVER_CA_CERT_PATH, value: /run/secrets/temporal/ca.crt }
{{- end }}
{{- end }}
{{- end }}

{{- define "holdfast.mounts" -}}
- { name: secrets, mountPath: /run/secrets/holdfast, readOnly: true }
- { name: tmp, mountPath: /tmp }
{{- if .Values.temporalTls.existingSecret }}
- { name: temporal-tls, mountPath: /run/secrets/temporal, readOnly: true }
{{- end }}
{{- end }}

{{/* Takes (dict "root" $ "secret" "the name of the Secret"). */}}
{{- define "holdfast.volumes" -}}
- name: secrets
  secret:
    secretName: {{ required "secrets.existingSecret must name a Secret with a key for each of secrets.names" .secret }}
    defaultMode: 0440
- name: tmp
  emptyDir: { sizeLimit: 256Mi }
{{- with .root.Values.temporalTls.existingSecret }}
- name: temporal-tls
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- end }}

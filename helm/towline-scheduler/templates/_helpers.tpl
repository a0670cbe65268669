{{- define "scheduler.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "scheduler.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "scheduler.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "scheduler.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "scheduler.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "scheduler.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "scheduler.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* "true" if the store is a file in a volume: then there is one replica and the old one ends before the new one starts. */ -}}
{{- define "scheduler.embedded" -}}
{{- if not (or .Values.store.existingSecret .Values.store.url) -}}true{{- end -}}
{{- end -}}

{{- define "scheduler.check" -}}
{{- if and .Values.store.existingSecret .Values.store.url -}}
{{- fail "store.existingSecret and store.url are both set: use one of them" -}}
{{- end -}}
{{- if and (include "scheduler.embedded" .) (gt (int .Values.replicaCount) 1) -}}
{{- fail "replicaCount is above 1, but the store is a SQLite file: set store.existingSecret to a PostgreSQL address first" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host is not set" -}}
{{- end -}}
{{- end -}}

{{- /* A variable of extraEnvVars takes the place of the chart's own: Kubernetes refuses a list with one name twice. */ -}}
{{- define "scheduler.env" -}}
{{- $extra := .Values.extraEnvVars -}}
{{- $names := dict -}}
{{- range $index, $item := $extra }}{{ $_ := set $names $item.name $index }}{{ end -}}
{{- range fromYamlArray (include "scheduler.ownEnv" .) }}
{{- if not (hasKey $names .name) }}
- {{ toJson . }}
{{- end }}
{{- end }}
{{- range $index, $item := $extra }}
{{- if eq (get $names $item.name) $index }}
- {{ toJson $item }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "scheduler.ownEnv" -}}
- {name: TOWLINE_LISTEN, value: {{ .Values.listen | quote }}}
- {name: TOWLINE_CADENCE, value: {{ join "," .Values.cadence | quote }}}
- {name: TOWLINE_DRAIN_SECONDS, value: {{ .Values.drainSeconds | quote }}}
- {name: TOWLINE_LOG_LEVEL, value: {{ .Values.logLevel | quote }}}
- {name: TOWLINE_LOG_FORMAT, value: {{ .Values.logFormat | quote }}}
- {name: TOWLINE_HTTP_THREADS, value: {{ .Values.httpThreads | quote }}}
- {name: TOWLINE_WORKER_THREADS, value: {{ .Values.workerThreads | quote }}}
- {name: TOWLINE_EVENTS_RETENTION_DAYS, value: {{ .Values.retention.eventsDays | quote }}}
- {name: TOWLINE_WORKS_RETENTION_DAYS, value: {{ .Values.retention.worksDays | quote }}}
{{- with .Values.issuer }}
- {name: TOWLINE_ISSUER, value: {{ . | quote }}}
{{- end }}
{{- if .Values.tls.existingSecret }}
- {name: TOWLINE_TLS_CERTIFICATE, value: /etc/towline/tls/tls.crt}
- {name: TOWLINE_TLS_KEY, value: /etc/towline/tls/tls.key}
{{- end }}
{{- if include "scheduler.embedded" . }}
- {name: TOWLINE_STORE_URL, value: "sqlite:/var/lib/towline/scheduler.db"}
{{- else }}
- name: TOWLINE_STORE_URL
  valueFrom:
    secretKeyRef:
      name: {{ default (include "scheduler.fullname" .) .Values.store.existingSecret | quote }}
      key: {{ .Values.store.existingSecretKey }}
{{- end }}
{{- end -}}

{{- define "scheduler.probe" -}}
httpGet: {path: {{ .path }}, port: http, scheme: {{ if .root.Values.tls.existingSecret }}HTTPS{{ else }}HTTP{{ end }}}
periodSeconds: {{ .settings.periodSeconds }}
timeoutSeconds: {{ .settings.timeoutSeconds }}
failureThreshold: {{ .settings.failureThreshold }}
{{- end -}}

{{- /* 46: "-apply" follows, and Kubernetes adds a hash of 11 to a StatefulSet's name for a label of 63. */ -}}
{{- define "towline.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 46 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 46 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 46 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "towline.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "towline.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{ include "towline.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "towline.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "towline.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "towline.image" -}}
{{- $image := .Values.global.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* The project's address: the path is added unless it is there. */ -}}
{{- define "towline.url" -}}
{{- $cloud := .Values.global.cloud -}}
{{- $base := default $cloud.baseUrl $cloud.url | trimSuffix "/" -}}
{{- if not $base -}}
{{- fail "global.cloud.url is not set: write the scheduler's address, https://HOST" -}}
{{- end -}}
{{- if contains "/sqlmesh/" $base -}}
{{- $base -}}
{{- else -}}
{{- if not (and $cloud.org $cloud.project) -}}
{{- fail "global.cloud.org and global.cloud.project are not set: together they name the project, ORG/PROJECT" -}}
{{- end -}}
{{- printf "%s/sqlmesh/%s/%s" $base $cloud.org $cloud.project -}}
{{- end -}}
{{- end -}}

{{- define "towline.project" -}}
{{- regexReplaceAll "^.*/sqlmesh/" (include "towline.url" .) "" | trimSuffix "/" -}}
{{- end -}}

{{- define "towline.origin" -}}
{{- regexReplaceAll "/sqlmesh/.*$" (include "towline.url" .) "" -}}
{{- end -}}

{{- define "towline.schedulerPort" -}}
{{- $origin := include "towline.origin" . -}}
{{- $port := regexFind ":[0-9]+$" $origin | trimPrefix ":" -}}
{{- if .Values.networkPolicy.schedulerPort -}}
{{- .Values.networkPolicy.schedulerPort -}}
{{- else if $port -}}
{{- $port -}}
{{- else if hasPrefix "https://" $origin -}}
443
{{- else -}}
80
{{- end -}}
{{- end -}}

{{- /* Of http://[USER:PASSWORD@]HOST:PORT; the port that a proxy has without one is its scheme's. */ -}}
{{- define "towline.proxyPort" -}}
{{- $proxy := .Values.proxy.https | trimSuffix "/" -}}
{{- default (ternary "443" (ternary "1080" "80" (hasPrefix "socks" $proxy)) (hasPrefix "https://" $proxy)) (regexFind ":[0-9]+$" $proxy | trimPrefix ":") -}}
{{- end -}}

{{- define "towline.clientSecret" -}}
{{- default .Values.secrets.tcloudClientSecret .Values.global.cloud.clientSecret -}}
{{- end -}}

{{- /* "true" if a connection setting belongs into a Secret. Call with (dict "root" $ "name" NAME). */ -}}
{{- define "towline.isSecret" -}}
{{- $sqlmesh := .root.Values.global.sqlmesh -}}
{{- $name := lower .name -}}
{{- $listed := list -}}
{{- range $sqlmesh.secretParams }}{{ $listed = append $listed (lower .) }}{{ end -}}
{{- $exempt := list -}}
{{- range $sqlmesh.nonSecretParams }}{{ $exempt = append $exempt (lower .) }}{{ end -}}
{{- if has $name $exempt -}}
false
{{- else if or (has $name $listed) (contains "password" $name) (contains "secret" $name) (contains "token" $name) -}}
true
{{- else -}}
false
{{- end -}}
{{- end -}}

{{- define "towline.gatewayVariable" -}}
{{- printf "SQLMESH__GATEWAYS__%s__CONNECTION__%s" (upper .gateway) (upper .name) -}}
{{- end -}}

{{- /* A value as SQLMesh reads it from the environment: JSON for maps and lists, whole numbers without an exponent. */ -}}
{{- define "towline.text" -}}
{{- if or (kindIs "map" .) (kindIs "slice" .) -}}
{{- toJson . -}}
{{- else if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{- /* YAML map of the Secret's contents, variable: value. */ -}}
{{- define "towline.secretData" -}}
{{- $root := . -}}
{{- $data := dict -}}
{{- range $key, $value := .Values.secrets.data }}{{ $_ := set $data $key (toString $value) }}{{ end -}}
{{- with include "towline.clientSecret" . }}{{ $_ := set $data "TCLOUD_CLIENT_SECRET" . }}{{ end -}}
{{- range $gateway, $settings := .Values.global.sqlmesh.gateways -}}
{{- range $name, $value := $settings.connection -}}
{{- if and (eq (include "towline.isSecret" (dict "root" $root "name" $name)) "true") (not (eq (toString $value) "")) (not (kindIs "invalid" $value)) -}}
{{- $_ := set $data (include "towline.gatewayVariable" (dict "gateway" $gateway "name" $name)) (include "towline.text" $value) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $data -}}
{{- end -}}

{{- /* "true" if the Secret is made elsewhere, so that values must hold no secret. */ -}}
{{- define "towline.secretElsewhere" -}}
{{- if or .Values.secrets.existingSecret .Values.secrets.externalSecrets.enabled .Values.secrets.sealedSecrets.enabled -}}true{{- end -}}
{{- end -}}

{{- define "towline.secretName" -}}
{{- $own := include "towline.fullname" . -}}
{{- if .Values.secrets.sealedSecrets.enabled -}}
{{- $own = printf "%s-sealed-secrets" $own -}}
{{- end -}}
{{- default $own .Values.secrets.existingSecret -}}
{{- end -}}

{{- define "towline.check" -}}
{{- if and (include "towline.secretElsewhere" .) (ne (include "towline.secretData" .) "{}") -}}
{{- fail (printf "secrets.existingSecret, externalSecrets or sealedSecrets is set, but the values also hold secrets: %s. Put them into that Secret and take them out of the values" (keys (fromYaml (include "towline.secretData" .)) | sortAlpha | join ", ")) -}}
{{- end -}}
{{- if and .Values.secrets.externalSecrets.enabled (or .Values.secrets.existingSecret .Values.secrets.sealedSecrets.enabled) -}}
{{- fail "secrets.externalSecrets.enabled is set beside secrets.existingSecret or sealedSecrets: one of them makes the Secret" -}}
{{- end -}}
{{- $everyKindHasItsOwn := and (or (not .Values.apply.enabled) .Values.apply.envFromSecret) (or (not .Values.run.enabled) .Values.run.envFromSecret) -}}
{{- if not (or (include "towline.clientSecret" .) (include "towline.secretElsewhere" .) $everyKindHasItsOwn (hasKey .Values.secrets.data "TCLOUD_CLIENT_SECRET")) -}}
{{- fail "there is no client secret: set secrets.existingSecret (a Secret with the key TCLOUD_CLIENT_SECRET), secrets.externalSecrets, or for trying out global.cloud.clientSecret" -}}
{{- end -}}
{{- if and .Values.ca.existingSecret .Values.ca.existingConfigMap -}}
{{- fail "ca.existingSecret and ca.existingConfigMap are both set: use one of them" -}}
{{- end -}}
{{- if and .Values.policy.existingConfigMap .Values.policy.content -}}
{{- fail "policy.existingConfigMap and policy.content are both set: use one of them" -}}
{{- end -}}
{{- if not .Values.global.cloud.clientId -}}
{{- fail "global.cloud.clientId is not set: `towline-scheduler client create` or the admin API prints it" -}}
{{- end -}}
{{- if and (not .Values.global.sqlmesh.gateways) (not .Values.secrets.existingSecret) (not .Values.secrets.envFile.existingSecret) -}}
{{- fail "global.sqlmesh.gateways is empty: an executor needs at least one connection" -}}
{{- end -}}
{{- if not (or .Values.apply.enabled .Values.run.enabled) -}}
{{- fail "apply.enabled and run.enabled are both false: there is nothing to install" -}}
{{- end -}}
{{- range $kind := list "apply" "run" -}}
{{- $scaling := (index $.Values $kind).autoscaling -}}
{{- if and (or $scaling.hpa.enabled $scaling.keda.enabled) (gt (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- fail (printf "%s.autoscaling.minReplicas is above its maxReplicas" $kind) -}}
{{- end -}}
{{- if and $scaling.hpa.enabled (lt (int $scaling.minReplicas) 1) -}}
{{- fail (printf "%s.autoscaling.minReplicas is 0: only KEDA scales to nothing and back, Kubernetes' own autoscaler does not" $kind) -}}
{{- end -}}
{{- if and $scaling.hpa.enabled $scaling.keda.enabled -}}
{{- fail (printf "%s.autoscaling.hpa and %s.autoscaling.keda are both enabled: KEDA makes the autoscaler itself" $kind $kind) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Environment of a container. Call with (dict "root" $ "kind" KIND "more" LIST). A variable of extraEnvVars takes the place of the
chart's own: Kubernetes refuses a list with one name twice. */ -}}
{{- define "towline.env" -}}
{{- $own := index .root.Values .kind -}}
{{- $extra := concat $own.additionalEnv $own.extraEnvVars -}}
{{- $names := dict -}}
{{- range $index, $item := $extra }}{{ $_ := set $names $item.name $index }}{{ end -}}
{{- range concat .more (fromYamlArray (include "towline.ownEnv" .)) }}
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

{{- define "towline.ownEnv" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $own := index $values .kind -}}
- {name: TCLOUD_URL, value: {{ include "towline.url" $root | quote }}}
- {name: TCLOUD_CLIENT_ID, value: {{ $values.global.cloud.clientId | quote }}}
- {name: TOWLINE_DRAIN_SECONDS, value: {{ $values.drainSeconds | quote }}}
- {name: TOWLINE_LOG_LEVEL, value: {{ $values.logLevel | quote }}}
- {name: TOWLINE_LOG_FORMAT, value: {{ $values.logFormat | quote }}}
{{- with $values.logUpload }}
- {name: TOWLINE_LOG_UPLOAD, value: {{ . | quote }}}
{{- end }}
{{- with $own.slots }}
- {name: TOWLINE_SLOTS, value: {{ . | quote }}}
{{- end }}
{{- if or $values.ca.existingSecret $values.ca.existingConfigMap }}
- {name: TOWLINE_CA_FILE, value: {{ printf "/etc/towline/ca/%s" $values.ca.key | quote }}}
{{- end }}
{{- if $values.secrets.envFile.existingSecret }}
- {name: TCLOUD_ENV_FILE, value: {{ printf "/etc/towline/env/%s" $values.secrets.envFile.key | quote }}}
{{- end }}
{{- if $values.clientCertificate.existingSecret }}
- {name: TOWLINE_CLIENT_CERTIFICATE, value: /etc/towline/client/tls.crt}
- {name: TOWLINE_CLIENT_KEY, value: /etc/towline/client/tls.key}
{{- end }}
{{- if or $values.policy.existingConfigMap $values.policy.content }}
- {name: TOWLINE_POLICY_FILE, value: {{ printf "/etc/towline/policy/%s" $values.policy.key | quote }}}
{{- end }}
{{- with $values.proxy.https }}
- {name: HTTPS_PROXY, value: {{ . | quote }}}
{{- end }}
{{- with $values.proxy.noProxy }}
- {name: NO_PROXY, value: {{ . | quote }}}
{{- end }}
{{- $gateways := $values.global.sqlmesh.gateways }}
{{- with default (keys $gateways | sortAlpha | first) $values.global.sqlmesh.defaultGateway }}
- {name: SQLMESH__DEFAULT_GATEWAY, value: {{ upper . | quote }}}
{{- end }}
{{- range $gateway, $settings := $gateways }}
{{- range $name, $value := $settings.connection }}
{{- if and (ne (include "towline.isSecret" (dict "root" $root "name" $name)) "true") (not (kindIs "invalid" $value)) }}
- {name: {{ include "towline.gatewayVariable" (dict "gateway" $gateway "name" $name) }}, value: {{ include "towline.text" $value | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "towline.mounts" -}}
- {name: state, mountPath: /var/lib/towline}
- {name: tmp, mountPath: /tmp}
{{- if or .Values.ca.existingSecret .Values.ca.existingConfigMap }}
- {name: ca, mountPath: /etc/towline/ca, readOnly: true}
{{- end }}
{{- if .Values.secrets.envFile.existingSecret }}
- {name: env, mountPath: /etc/towline/env, readOnly: true}
{{- end }}
{{- if .Values.clientCertificate.existingSecret }}
- {name: client, mountPath: /etc/towline/client, readOnly: true}
{{- end }}
{{- if or .Values.policy.existingConfigMap .Values.policy.content }}
- {name: policy, mountPath: /etc/towline/policy, readOnly: true}
{{- end }}
{{- end -}}

{{- define "towline.volumes" -}}
- {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- with .Values.ca.existingSecret }}
- {name: ca, secret: {secretName: {{ . | quote }}, defaultMode: 0440}}
{{- end }}
{{- with .Values.ca.existingConfigMap }}
- {name: ca, configMap: {name: {{ . | quote }}}}
{{- end }}
{{- with .Values.clientCertificate.existingSecret }}
- {name: client, secret: {secretName: {{ . | quote }}, defaultMode: 0440}}
{{- end }}
{{- if or .Values.policy.existingConfigMap .Values.policy.content }}
- {name: policy, configMap: {name: {{ default (printf "%s-policy" (include "towline.fullname" .)) .Values.policy.existingConfigMap | quote }}}}
{{- end }}
{{- with .Values.secrets.envFile.existingSecret }}
- {name: env, secret: {secretName: {{ . | quote }}, defaultMode: 0440}}
{{- end }}
{{- end -}}

{{- define "towline.probe" -}}
exec:
  command: ["/usr/local/bin/towline-executor", {{ .kind | quote }}, {{ .check | quote }}]
periodSeconds: {{ .settings.periodSeconds }}
timeoutSeconds: {{ .settings.timeoutSeconds }}
failureThreshold: {{ .settings.failureThreshold }}
{{- end -}}

# Writes an instance's configuration: the project's samples with this instance's ports and passwords, and
# the rig's own endpoints, dialplan and quiet log beside them.
# shellcheck shell=bash

CALLERS=40

# sample NAME SED-ARGUMENTS: the project's sample with replacements. A replacement that no longer finds its
# line, and a placeholder that is left, are errors: the samples and the rig may not drift apart.
sample() {
    local name=$1 expression text
    shift
    text=$(cat "$PROJECT/config/asterisk/$name")
    for expression in "$@"; do
        local changed
        changed=$(sed "$expression" <<<"$text")
        [ "$changed" != "$text" ] || die "config/asterisk/$name has no line for: $expression"
        text=$changed
    done
    if grep -v '^ *;' <<<"$text" | grep -q '@[A-Z_]*@'; then
        die "config/asterisk/$name has a placeholder that the rig does not know"
    fi
    printf '; Made by the rig from config/asterisk/%s.\n%s\n' "$name" "$text" >"$DIR/etc/$name"
}

# ports FIRST: gives every port of the instance its place in its slot.
ports() {
    HTTP_PORT=$1 SIP_PORT=$(($1 + 1)) AMI_PORT=$(($1 + 2))
    # Left for the daemon under test and whatever stands beside it.
    FREE_PORT_FIRST=$(($1 + 3)) FREE_PORT_LAST=$(($1 + 9))
    OPERATOR_PORT=$(($1 + 10)) CARRIER_PORT=$(($1 + 11)) BENCH_PORT_FIRST=$(($1 + 12)) BENCH_PORTS=8
    CALLER_PORT_FIRST=$(($1 + 20))
    # Callers' own media: four ports each.
    CALLER_MEDIA_FIRST=$(($1 + 80))
    # Instances share their range: Asterisk passes over a port that is taken. A small one would refuse calls (488)
    # before anything else is at its limit.
    RTP_FIRST=33000 RTP_LAST=56999
}

configure() {
    mkdir -p "$DIR"/{etc,log,spool,db,data/sounds,data/moh,data/keys,recordings}
    mkdir -p "$DIR"/spool/{recording,tmp,outgoing}
    # Passwords are in there.
    chmod 700 "$DIR/etc"
    (umask 077; : >"$DIR/env.base")
    ports $((SLOT_FIRST + SLOT * SLOT_WIDTH))
    ARI_PASSWORD=$(secret) AMI_PASSWORD=$(secret)
    data_directory
    write_asterisk_conf
    sample ari.conf "s|@ARI_PASSWORD@|$ARI_PASSWORD|"
    sample http.conf "s|^bindport = .*|bindport = $HTTP_PORT|"
    sample manager.conf "s|^secret = @AMI_PASSWORD@|secret = $AMI_PASSWORD|" "s|^port = .*|port = $AMI_PORT|"
    sample modules.conf
    cat "$RIG_HOME/modules.conf" >>"$DIR/etc/modules.conf"
    sample queues.conf 's|^member => PJSIP/101,0,Operator 1|member => Local/s@rig-operator/n,0,Operator 1|' \
        's|^wrapuptime = .*|wrapuptime = 0|'
    printf '\n[phones]\nstrategy = ringall\nringinuse = no\nmember => PJSIP/operator,0,Operator 2\n' \
        >>"$DIR/etc/queues.conf"
    sample pjsip.conf "s|^bind = .*|bind = 127.0.0.1:$SIP_PORT|" 's|^context = stasisd-inbound|context = rig-callers|' \
        "s|sip:sip.carrier.example:5060|sip:carrier@127.0.0.1:$CARRIER_PORT|" \
        "s|^match = 203.0.113.10|match = 127.0.0.1:$CARRIER_PORT|" "s|@PHONE_PASSWORD@|$(secret)|"
    endpoints >>"$DIR/etc/pjsip.conf"
    dialplan >"$DIR/etc/extensions.conf"
    small_files
    write_env
}

# Asterisk's data with the prompts where it looks for them; Debian's links in there are absolute, so they
# mean nothing in a root that is used from outside.
data_directory() {
    local entry
    for entry in documentation rest-api agi-bin static-http; do
        [ -e "$DATA/$entry" ] && ln -sfn "$DATA/$entry" "$DIR/data/$entry"
    done
    for entry in "$DATA"/sounds/en_US_f_Allison "$DATA"/sounds/en; do
        [ -d "$entry" ] && ln -sfn "$entry" "$DIR/data/sounds/en" && break
    done
    for entry in "$DIR"/data/sounds/en/tt-monkeys.*; do
        [ -e "$entry" ] && ln -sfn "$entry" "$DIR/data/moh/"
    done
    return 0
}

write_asterisk_conf() {
    cat >"$DIR/etc/asterisk.conf" <<END
[directories]
astetcdir => $DIR/etc
astmoddir => $MODULES
astvarlibdir => $DIR/data
astdbdir => $DIR/db
astkeydir => $DIR/data
astdatadir => $DIR/data
astagidir => $DIR/data/agi-bin
astspooldir => $DIR/spool
astcachedir => $DIR/spool/tmp
astrundir => $RUN
astlogdir => $DIR/log
astsbindir => /usr/sbin

[options]
verbose = $([ -n "$QUIET" ] && echo 0 || echo 3)
systemname = rig$SLOT
live_dangerously = no
hideconnect = yes
nocolor = yes
END
}

# Callers are told apart by the port that they call from, so a test knows what its caller may do.
endpoints() {
    cat <<END

; --- the rig's own ---
[global]
type = global
user_agent = Rig
endpoint_identifier_order = ip,username,anonymous

[rig](!)
type = endpoint
transport = transport-udp
context = rig-callers
disallow = all
allow = ulaw,alaw
dtmf_mode = rfc4733
direct_media = no
rtp_symmetric = yes
END
    local i port
    for ((i = 0; i < CALLERS; i++)); do
        endpoint "caller$i" rig-callers $((CALLER_PORT_FIRST + i))
    done
    endpoint operator internal "$OPERATOR_PORT"
    for ((i = 0; i < BENCH_PORTS; i++)); do
        port=$((BENCH_PORT_FIRST + i))
        printf '\n[bench](rig)\n' | sed "s/bench/bench$i/"
        printf 'context = rig-bench\n\n[bench%s]\ntype = identify\nendpoint = bench%s\nmatch = 127.0.0.1:%s\n' \
            "$i" "$i" "$port"
    done
    # Anybody else on this machine, such as a softphone.
    printf '\n[anonymous](rig)\n'
}

# endpoint NAME CONTEXT PORT
endpoint() {
    printf '\n[%s](rig)\ncontext = %s\naors = %s\n' "$1" "$2" "$1"
    printf '[%s]\ntype = aor\ncontact = sip:%s@127.0.0.1:%s\n' "$1" "$1" "$3"
    printf '[%s]\ntype = identify\nendpoint = %s\nmatch = 127.0.0.1:%s\n' "$1" "$1" "$3"
}

dialplan() {
    printf '[general]\nstatic = yes\nwriteprotect = yes\n\n[globals]\n'
    printf 'RIG_DIR = %s\nRIG_CARRIER_PORT = %s\nSTASISD_QUEUE_TIMEOUT = 60\n\n' "$DIR" "$CARRIER_PORT"
    sed "s|@PROJECT@|$PROJECT|" "$RIG_HOME/dialplan.conf"
}

small_files() {
    local levels=notice,warning,error,dtmf,verbose
    [ -z "$QUIET" ] || levels=warning,error
    printf '[general]\ndateformat = %%F %%T.%%3q\n\n[logfiles]\nmessages => %s\n' "$levels" >"$DIR/etc/logger.conf"
    printf '[general]\nrtpstart = %s\nrtpend = %s\nstrictrtp = no\n' "$RTP_FIRST" "$RTP_LAST" >"$DIR/etc/rtp.conf"
    printf '[general]\nenable = no\n' | tee "$DIR/etc/cdr.conf" >"$DIR/etc/cel.conf"
    printf '[default]\nmode = files\ndirectory = %s/data/moh\n' "$DIR" >"$DIR/etc/musiconhold.conf"
    printf '[general]\ntotal_analysis_time = 5000\n' >"$DIR/etc/amd.conf"
    local name
    for name in features udptl stasis ccss sorcery cli codecs queuerules res_http_media_cache; do
        printf '[general]\n' >"$DIR/etc/$name.conf"
    done
    for name in acl pjproject websocket_client; do : >"$DIR/etc/$name.conf"; done
    printf '[general]\ncountry = us\n[us]\ndescription = United States\nringcadence = 2000,4000\n' \
        >"$DIR/etc/indications.conf"
    printf 'dial = 350+440\nbusy = 480+620/500,0/500\nring = 440+480/2000,0/4000\ncongestion = 480+620/250,0/250\n' \
        >>"$DIR/etc/indications.conf"
}

write_env() {
    {
        printf 'RIG_DIR=%q\n' "$DIR"
        printf 'ARI_URL=http://127.0.0.1:%s\nARI_USER=stasisd\nARI_PASSWORD=%s\n' "$HTTP_PORT" "$ARI_PASSWORD"
        printf 'HTTP_PORT=%s\nSIP_PORT=%s\nAMI_PORT=%s\n' "$HTTP_PORT" "$SIP_PORT" "$AMI_PORT"
        printf 'AMI_USER=stasisd\nAMI_PASSWORD=%s\n' "$AMI_PASSWORD"
        printf 'RTP_FIRST=%s\nRTP_LAST=%s\n' "$RTP_FIRST" "$RTP_LAST"
        printf 'FREE_PORT_FIRST=%s\nFREE_PORT_LAST=%s\n' "$FREE_PORT_FIRST" "$FREE_PORT_LAST"
        printf 'OPERATOR_PORT=%s\nCARRIER_PORT=%s\n' "$OPERATOR_PORT" "$CARRIER_PORT"
        printf 'BENCH_PORT_FIRST=%s\nBENCH_PORTS=%s\n' "$BENCH_PORT_FIRST" "$BENCH_PORTS"
        printf 'CALLERS=%s\nCALLER_PORT_FIRST=%s\nCALLER_MEDIA_FIRST=%s\n' \
            "$CALLERS" "$CALLER_PORT_FIRST" "$CALLER_MEDIA_FIRST"
        printf 'SOUNDS=%q\nRECORDINGS=%q\n' "$DIR/data/sounds/en" "$DIR/recordings"
        printf 'RIG_COMMAND=%q\nSIPP=%q\n' "$RIG_HOME/asterisk" "$(sipp_program)"
    } >"$DIR/env.base"
}

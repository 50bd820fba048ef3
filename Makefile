RIG := tests/rig/asterisk

.PHONY: asterisk asterisk-stop

asterisk: ## start a private Asterisk in .cache/asterisk
	@$(RIG) status .cache/asterisk >/dev/null || $(RIG) start .cache/asterisk
	@. .cache/asterisk/env; echo "ARI       $$ARI_URL (user $$ARI_USER, password $$ARI_PASSWORD)"; \
	echo "SIP       127.0.0.1:$$SIP_PORT, UDP; dial any number, or: operators, keys, echo"; \
	echo "console   $(RIG) cli .cache/asterisk core show channels"; \
	echo "log       $(RIG) logs .cache/asterisk"; \
	echo "all       .cache/asterisk/env"; \
	echo "stop      make asterisk-stop"

asterisk-stop: ## stop it
	@$(RIG) stop .cache/asterisk

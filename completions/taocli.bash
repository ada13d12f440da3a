# Written by `python -m taocli.cli.completions`; do not edit.
_taocli() {
    local current path word words position
    current="${COMP_WORDS[COMP_CWORD]}"
    path=taocli
    for ((position = 1; position < COMP_CWORD; position++)); do
        word="${COMP_WORDS[position]}"
        _taocli_words "$path"
        [[ "$word" != -* && " $words " == *" $word "* ]] && path="$path $word"
    done
    _taocli_words "$path"
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    [[ ${#COMPREPLY[@]} -eq 0 && "$current" != -* ]] && COMPREPLY=($(compgen -f -- "$current"))
}
_taocli_words() {
    case "$1" in
        'taocli') words='addr demo explain localnet lock mine status tui unlock wallet --version --help' ;;
        'taocli addr') words='add list remove --help' ;;
        'taocli addr add') words='--note --wallet-path --overwrite --no-overwrite --json --json-output --json-out --help' ;;
        'taocli addr list') words='--json --json-output --json-out --help' ;;
        'taocli addr remove') words='--json --json-output --json-out --help' ;;
        'taocli demo') words='--headless --epochs --gpu --block-time --tempo --keep --json --json-output --json-out --help' ;;
        'taocli explain') words='--json --json-output --json-out --help' ;;
        'taocli localnet') words='start stop status logs fund accounts mine-blocks advance-epoch advance-time set-time snapshot snapshots revert reset replay validator --help' ;;
        'taocli localnet start') words='--port --block-time --profile --tempo --seed --accounts --subnets --neurons --genesis --block-log --data --listen --detach --json --json-output --json-out --help' ;;
        'taocli localnet stop') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet status') words='--port --json --json-output --json-out --help' ;;
        'taocli localnet logs') words='--port --network --chain --lines --follow --json --json-output --json-out --help' ;;
        'taocli localnet fund') words='--port --network --chain --wallet-path --json --json-output --json-out --help' ;;
        'taocli localnet accounts') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet mine-blocks') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet advance-epoch') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet advance-time') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet set-time') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet snapshot') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet snapshots') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet revert') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet reset') words='--port --network --chain --json --json-output --json-out --help' ;;
        'taocli localnet replay') words='--json --json-output --json-out --help' ;;
        'taocli localnet validator') words='--subnet --netuid --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --network --chain --epochs --question-seed --json --json-output --json-out --help' ;;
        'taocli lock') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --list --json --json-output --json-out --help' ;;
        'taocli mine') words='--subnet --netuid --gpu --model --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --network --chain --register --max-burn --port --axon-ip --external-ip --yes --no-prompt --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli status') words='--network --chain --subnet --netuid --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --address --check --json --json-output --json-out --help' ;;
        'taocli tui') words='--network --chain --subnet --netuid --wallet --wallet-name --hotkey --wallet-hotkey --wallet-path --address --demo-data --ascii --help' ;;
        'taocli unlock') words='--for --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli wallet') words='create new-coldkey new-hotkey regen-coldkey regen-hotkey regen-coldkeypub regen-hotkeypub watch import export list show derive rename passwd verify-backup doctor sign verify encrypt decrypt unlock lock evm --help' ;;
        'taocli wallet create') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --words --n-words --crypto-type --coldkey-crypto-type --hotkey-crypto-type --password-file --wallet-password-file --password-fd --no-password --no-use-password --allow-weak-password --overwrite --no-overwrite --uri --dev --no-quiz --show-secret --show-mnemonic --json --json-output --json-out --help' ;;
        'taocli wallet new-coldkey') words='--wallet --wallet-name --name --wallet-path --words --n-words --crypto-type --key-type --password-file --wallet-password-file --password-fd --no-password --no-use-password --allow-weak-password --overwrite --no-overwrite --no-quiz --show-secret --show-mnemonic --json --json-output --json-out --help' ;;
        'taocli wallet new-hotkey') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --words --n-words --crypto-type --key-type --password-file --wallet-password-file --password-fd --use-password --no-use-password --allow-weak-password --overwrite --no-overwrite --no-quiz --show-secret --show-mnemonic --json --json-output --json-out --help' ;;
        'taocli wallet regen-coldkey') words='--wallet --wallet-name --name --wallet-path --secret-file --mnemonic-file --seed-file --private-key-file --secret-fd --mnemonic-fd --seed-fd --private-key-fd --json-path --json-password-file --json-password-fd --crypto-type --key-type --password-file --wallet-password-file --password-fd --no-password --no-use-password --allow-weak-password --overwrite --no-overwrite --dev --json --json-output --json-out --help' ;;
        'taocli wallet regen-hotkey') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --secret-file --mnemonic-file --seed-file --private-key-file --secret-fd --mnemonic-fd --seed-fd --private-key-fd --json-path --json-password-file --json-password-fd --crypto-type --key-type --password-file --wallet-password-file --password-fd --use-password --no-use-password --allow-weak-password --overwrite --no-overwrite --dev --json --json-output --json-out --help' ;;
        'taocli wallet regen-coldkeypub') words='--wallet --wallet-name --name --wallet-path --ss58 --ss58-address --address --public-key --public-key-hex --crypto-type --key-type --overwrite --no-overwrite --json --json-output --json-out --help' ;;
        'taocli wallet regen-hotkeypub') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --ss58 --ss58-address --address --public-key --public-key-hex --crypto-type --key-type --overwrite --no-overwrite --json --json-output --json-out --help' ;;
        'taocli wallet watch') words='--wallet --wallet-name --name --wallet-path --crypto-type --key-type --overwrite --no-overwrite --json --json-output --json-out --help' ;;
        'taocli wallet import') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --passphrase-file --json-password-file --passphrase-fd --json-password-fd --password-file --wallet-password-file --password-fd --no-password --no-use-password --allow-weak-password --overwrite --no-overwrite --json --json-output --json-out --help' ;;
        'taocli wallet export') words='--out --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --passphrase-file --json-password-file --passphrase-fd --json-password-fd --no-passphrase --light --password-file --wallet-password-file --password-fd --allow-weak-password --show-secret --show-mnemonic --json --json-output --json-out --help' ;;
        'taocli wallet list') words='--wallet --wallet-name --name --wallet-path --coldkeys-only --json --json-output --json-out --help' ;;
        'taocli wallet show') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --phrase --show-secret --show-mnemonic --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli wallet derive') words='--public-key --uri --secret-file --mnemonic-file --seed-file --private-key-file --secret-fd --mnemonic-fd --seed-fd --private-key-fd --dev --json --json-output --json-out --help' ;;
        'taocli wallet rename') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --json --json-output --json-out --help' ;;
        'taocli wallet passwd') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --password-file --wallet-password-file --password-fd --new-password-file --new-password-fd --remove --upgrade --allow-weak-password --json --json-output --json-out --help' ;;
        'taocli wallet verify-backup') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --secret-file --mnemonic-file --seed-file --private-key-file --secret-fd --mnemonic-fd --seed-fd --private-key-fd --dev --json --json-output --json-out --help' ;;
        'taocli wallet doctor') words='--wallet --wallet-name --name --wallet-path --fix --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli wallet sign') words='--message --message-file --hex --wallet --wallet-name --name --hotkey --wallet-hotkey --use-hotkey --no-use-hotkey --wallet-path --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli wallet verify') words='--message --message-file --hex --signature --address --ss58 --public-key --crypto-type --wallet-path --json --json-output --json-out --help' ;;
        'taocli wallet encrypt') words='--to --to-ss58 --recipient --message --message-file --wallet-path --json --json-output --json-out --help' ;;
        'taocli wallet decrypt') words='--ciphertext --ciphertext-file --wallet --wallet-name --name --hotkey --wallet-hotkey --use-hotkey --no-use-hotkey --wallet-path --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli wallet unlock') words='--for --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --password-file --wallet-password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli wallet lock') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --list --json --json-output --json-out --help' ;;
        'taocli wallet evm') words='new import list show export --help' ;;
        'taocli wallet evm new') words='--key --evm-key --wallet --wallet-name --name --wallet-path --password-file --wallet-password-file --password-fd --allow-weak-password --json --json-output --json-out --help' ;;
        'taocli wallet evm import') words='--key --evm-key --wallet --wallet-name --name --wallet-path --keystore --keystore-password-file --secret-file --mnemonic-file --seed-file --private-key-file --secret-fd --mnemonic-fd --seed-fd --private-key-fd --index --password-file --wallet-password-file --password-fd --allow-weak-password --json --json-output --json-out --help' ;;
        'taocli wallet evm list') words='--wallet --wallet-name --name --wallet-path --json --json-output --json-out --help' ;;
        'taocli wallet evm show') words='--key --evm-key --wallet --wallet-name --name --wallet-path --json --json-output --json-out --help' ;;
        'taocli wallet evm export') words='--out --key --evm-key --wallet --wallet-name --name --wallet-path --json --json-output --json-out --help' ;;
        *) words='' ;;
    esac
}
complete -F _taocli taocli

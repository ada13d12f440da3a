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
        'taocli') words='demo explain localnet mine status tui wallet --version --help' ;;
        'taocli demo') words='--headless --epochs --gpu --block-time --tempo --keep --json --json-output --json-out --help' ;;
        'taocli explain') words='--json --json-output --json-out --help' ;;
        'taocli localnet') words='validator start stop status fund --help' ;;
        'taocli localnet validator') words='--subnet --netuid --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --network --chain --epochs --seed --json --json-output --json-out --help' ;;
        'taocli localnet start') words='--port --block-time --profile --tempo --detach --json --json-output --json-out --help' ;;
        'taocli localnet stop') words='--port --json --json-output --json-out --help' ;;
        'taocli localnet status') words='--port --json --json-output --json-out --help' ;;
        'taocli localnet fund') words='--network --chain --wallet-path --json --json-output --json-out --help' ;;
        'taocli mine') words='--subnet --netuid --gpu --model --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --network --chain --register --max-burn --port --axon-ip --external-ip --yes --no-prompt --password-file --password-fd --json --json-output --json-out --help' ;;
        'taocli status') words='--network --chain --subnet --netuid --wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --address --check --json --json-output --json-out --help' ;;
        'taocli tui') words='--network --chain --subnet --netuid --wallet --wallet-name --hotkey --wallet-hotkey --wallet-path --address --demo-data --ascii --help' ;;
        'taocli wallet') words='create list --help' ;;
        'taocli wallet create') words='--wallet --wallet-name --name --hotkey --wallet-hotkey --wallet-path --words --n-words --password-file --password-fd --allow-weak-password --uri --dev --show-secret --json --json-output --json-out --help' ;;
        'taocli wallet list') words='--wallet-path --json --json-output --json-out --help' ;;
        *) words='' ;;
    esac
}
complete -F _taocli taocli

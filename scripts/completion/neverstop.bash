# Completion of neverstop's programs, options and files, for bash. Options come from the programs
# themselves (--help-options: --NAME <tab> -LETTER <tab> ARGUMENT).
_neverstop() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local program=${COMP_WORDS[1]} command=${COMP_WORDS[0]} options argument
    if ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [[ $program == help ]]; }; then
        mapfile -t COMPREPLY < <(compgen -W "help $("$command" 2>/dev/null |
            sed -n 's/^  \([a-z-]*\)  .*/\1/p')" -- "$word")
        return
    fi
    options=$("$command" "$program" --help-options 2>/dev/null) || return
    argument=$(awk -F '\t' -v o="$before" '$1 == o || $2 == o { print $3 }' <<<"$options")
    if [[ $argument == *'|'* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${argument//|/ }" -- "$word")
    elif [[ -z $argument && $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(cut -f 1 <<<"$options")" -- "$word")
    fi
}
complete -o bashdefault -o default -F _neverstop neverstop

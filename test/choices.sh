# choices.sh: read by the Makefile and by test/cli/*.sh.

# may_use NAME COMMAND: whether tests use COMMAND: it is installed, unless NEVERSTOP_USE says
# NAME=no. With NAME=yes they do in any case, and fail where it is not installed.
may_use() {
    case " ${NEVERSTOP_USE-} " in
        *" $1=yes "*) return 0 ;;
        *" $1=no "*) return 1 ;;
    esac
    command -v "$2" >/dev/null
}

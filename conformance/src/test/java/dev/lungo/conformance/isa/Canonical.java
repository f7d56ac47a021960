package dev.lungo.conformance.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One way of writing for the three disassemblers' Intel syntaxes, so that texts can be compared.
 * What is dropped is either spelling, or not in the bytes' meaning: prefixes that do nothing there,
 * default segments, a displacement of zero, the operand of a NOP.
 */
final class Canonical {
    private static final Set<String> PREFIXES =
            Set.of(
                    "lock",
                    "rep",
                    "repe",
                    "repz",
                    "repne",
                    "repnz",
                    "data16",
                    "data32",
                    "addr16",
                    "addr32",
                    "bnd",
                    "notrack",
                    "xacquire",
                    "xrelease",
                    "cs",
                    "ds",
                    "es",
                    "ss",
                    "fs",
                    "gs",
                    "hint-taken",
                    "hint-not-taken",
                    "data64",
                    "far");

    /** Spellings of a mnemonic, by any of the three. */
    private static final Map<String, String> SPELLINGS =
            Map.ofEntries(
                    Map.entry("movabs", "mov"),
                    Map.entry("fstpnce", "fstp"),
                    Map.entry("fstp1", "fstp"),
                    Map.entry("fstp8", "fstp"),
                    Map.entry("fstp9", "fstp"),
                    Map.entry("fcom2", "fcom"),
                    Map.entry("fcomp3", "fcomp"),
                    Map.entry("fcomp5", "fcomp"),
                    Map.entry("fxch4", "fxch"),
                    Map.entry("fxch7", "fxch"),
                    Map.entry("fneni", "feni"),
                    Map.entry("fndisi", "fdisi"),
                    Map.entry("fnsetpm", "fsetpm"),
                    Map.entry("iretw", "iret"),
                    Map.entry("iretd", "iret"),
                    Map.entry("iretq", "iret"),
                    Map.entry("retfw", "retf"),
                    Map.entry("retfd", "retf"),
                    Map.entry("retfq", "retf"),
                    Map.entry("lret", "retf"),
                    Map.entry("pushfw", "pushf"),
                    Map.entry("pushfd", "pushf"),
                    Map.entry("pushfq", "pushf"),
                    Map.entry("popfw", "popf"),
                    Map.entry("popfd", "popf"),
                    Map.entry("popfq", "popf"),
                    Map.entry("pushaw", "pusha"),
                    Map.entry("pushad", "pusha"),
                    Map.entry("popaw", "popa"),
                    Map.entry("popad", "popa"),
                    Map.entry("pushw", "push"),
                    Map.entry("pushd", "push"),
                    Map.entry("popw", "pop"),
                    Map.entry("popd", "pop"),
                    Map.entry("enterw", "enter"),
                    Map.entry("enterd", "enter"),
                    Map.entry("leavew", "leave"),
                    Map.entry("leaved", "leave"),
                    Map.entry("retw", "ret"),
                    Map.entry("retd", "ret"),
                    Map.entry("jmpw", "jmp"),
                    Map.entry("jmpd", "jmp"),
                    Map.entry("callw", "call"),
                    Map.entry("calld", "call"),
                    Map.entry("sysretw", "sysret"),
                    Map.entry("sysretd", "sysret"),
                    Map.entry("sysretq", "sysret"),
                    Map.entry("sysexitw", "sysexit"),
                    Map.entry("sysexitd", "sysexit"),
                    Map.entry("sysexitq", "sysexit"),
                    Map.entry("wrssd", "wrss"),
                    Map.entry("wrssq", "wrss"),
                    Map.entry("wrussd", "wruss"),
                    Map.entry("wrussq", "wruss"),
                    Map.entry("rdsspd", "rdssp"),
                    Map.entry("rdsspq", "rdssp"),
                    Map.entry("incsspd", "incssp"),
                    Map.entry("incsspq", "incssp"),
                    Map.entry("xlatb", "xlat"),
                    Map.entry("icebp", "int1"),
                    Map.entry("ud2a", "ud2"),
                    Map.entry("ud2b", "ud1"),
                    Map.entry("pcmpestri64", "pcmpestri"),
                    Map.entry("pcmpestrm64", "pcmpestrm"),
                    Map.entry("vpcmpestri64", "vpcmpestri"),
                    Map.entry("vpcmpestrm64", "vpcmpestrm"),
                    Map.entry("pcmpestriq", "pcmpestri"),
                    Map.entry("pcmpestrmq", "pcmpestrm"),
                    Map.entry("vpcmpestriq", "vpcmpestri"),
                    Map.entry("vpcmpestrmq", "vpcmpestrm"),
                    Map.entry("vmgexit", "vmmcall"));

    private static final Set<String> STRINGS =
            Set.of("movs", "cmps", "stos", "lods", "scas", "ins", "outs");

    /** Their register operand is 16 bits wide, whatever size is written. */
    private static final Set<String> SELECTORS =
            Set.of("lar", "lsl", "lldt", "ltr", "verr", "verw", "lmsw");

    /** Their memory operand has no size worth a name, or the three name it differently. */
    private static final Set<String> UNSIZED =
            Set.of(
                    "nop",
                    "lea",
                    "lgdt",
                    "lidt",
                    "sgdt",
                    "sidt",
                    "bound",
                    "invlpg",
                    "invlpga",
                    "invept",
                    "invvpid",
                    "invpcid",
                    "fxsave",
                    "fxrstor",
                    "fxsave64",
                    "fxrstor64",
                    "xsave",
                    "xsave64",
                    "xsaveopt",
                    "xsaveopt64",
                    "xsavec",
                    "xsavec64",
                    "xsaves",
                    "xsaves64",
                    "xrstor",
                    "xrstor64",
                    "xrstors",
                    "xrstors64",
                    "fldenv",
                    "fnstenv",
                    "fnsave",
                    "frstor",
                    "lds",
                    "les",
                    "lfs",
                    "lgs",
                    "lss",
                    "monitor",
                    "clflush",
                    "clflushopt",
                    "clwb",
                    "cldemote",
                    "wrss",
                    "wruss",
                    "clrssbsy",
                    "rstorssp",
                    "vmclear",
                    "vmptrld",
                    "vmptrst",
                    "vmxon",
                    "lddqu",
                    "vlddqu");

    /** One register, which some write beside ST(0). */
    private static final Set<String> ONE_REGISTER =
            Set.of(
                    "fld", "fxch", "fcom", "fcomp", "fucom", "fucomp", "fst", "fstp", "ffree",
                    "ffreep");

    private static final Pattern SIZE =
            Pattern.compile(
                    "\\b(byte|word|dword|qword|fword|tbyte|oword|xmmword|ymmword|\\w+) (?:ptr )");

    /** objdump's name for no index. */
    private static final Pattern NO_INDEX =
            Pattern.compile("(.*)\\[([er])iz\\*\\d([+-])0x([0-9a-f]+)\\]");

    private static final Pattern SIZED_STATE =
            Pattern.compile("^([ls][gi]dt|fldenv|fnstenv|fnsave|frstor)[wdq]$");

    private static final Pattern COMPARE = Pattern.compile("(v?cmp)(\\w+?)([ps][sd])");
    private static final Pattern CARRYLESS = Pattern.compile("(v?pclmul)([lh])q([lh])qdq");

    /** Of CMPPS and its kin, in the order of their encoding. */
    private static final List<String> PREDICATES =
            List.of(
                    "eq",
                    "lt",
                    "le",
                    "unord",
                    "neq",
                    "nlt",
                    "nle",
                    "ord",
                    "eq_uq",
                    "nge",
                    "ngt",
                    "false",
                    "neq_oq",
                    "ge",
                    "gt",
                    "true",
                    "eq_os",
                    "lt_oq",
                    "le_oq",
                    "unord_s",
                    "neq_us",
                    "nlt_uq",
                    "nle_uq",
                    "ord_s",
                    "eq_us",
                    "nge_uq",
                    "ngt_uq",
                    "false_os",
                    "neq_os",
                    "ge_oq",
                    "gt_oq",
                    "true_us");

    private static final Pattern WIDE_NUMBER = Pattern.compile("0x[0-9a-f]+");
    private static final Pattern REGISTER = Pattern.compile("r(\\d+)[dw]?");

    private Canonical() {}

    static String of(String written) {
        String text = written.toLowerCase(Locale.ROOT);
        int comment = text.indexOf('#');
        if (comment >= 0) {
            text = text.substring(0, comment);
        }
        text = text.replace("{vex}", "").replaceAll("\\s+", " ").trim();
        boolean lock = false;
        String rep = "";
        int space = text.indexOf(' ');
        while (space > 0 && isPrefix(text.substring(0, space))) {
            String prefix = text.substring(0, space);
            lock |= prefix.equals("lock");
            rep = prefix.startsWith("repn") ? "repne " : prefix.startsWith("rep") ? "rep " : rep;
            text = text.substring(space + 1);
            space = text.indexOf(' ');
        }
        text =
                text.replace("ret far", "retf")
                        .replace("jmp far", "jmp")
                        .replace("call far", "call");
        space = text.indexOf(' ');
        String mnemonic = space < 0 ? text : text.substring(0, space);
        String rest = space < 0 ? "" : text.substring(space + 1);
        mnemonic = mnemonic.replaceFirst("\\(\\d*87$", "");
        rest = rest.replaceFirst("^only\\)", "");
        mnemonic = SIZED_STATE.matcher(mnemonic).replaceFirst("$1");
        mnemonic = SPELLINGS.getOrDefault(mnemonic, mnemonic);
        return (lock ? "lock " : "") + body(mnemonic, rest, rep);
    }

    private static boolean isPrefix(String word) {
        return PREFIXES.contains(word) || word.startsWith("rex");
    }

    private static String body(String mnemonic, String rest, String rep) {
        String plain = mnemonic.replaceFirst("[bwdq]$", "");
        boolean string =
                STRINGS.contains(mnemonic)
                        || (STRINGS.contains(plain) && !rest.contains("xmm") && !rest.isEmpty());
        if (string) {
            return rep + string(STRINGS.contains(mnemonic) ? mnemonic : plain, rest);
        }
        if (mnemonic.equals("xlat")) {
            return "xlat " + address(rest.replaceFirst(".*?(?=\\w*:?\\[)", ""));
        }
        List<String> operands = operands(rest);
        switch (mnemonic) {
            case "xchg" -> {
                if (rest.matches("([er]?ax),\\1")) {
                    return "nop";
                }
            }
            case "nop" -> {
                return operands.isEmpty() ? "nop" : "nop " + unsized(operands.get(0));
            }
            case "vmrun", "vmload", "vmsave", "invlpga", "skinit", "monitor", "mwait" ->
                    operands.clear();
            case "maskmovq", "maskmovdqu", "vmaskmovdqu" ->
                    operands.subList(2, operands.size()).clear();
            case "lea" -> operands.set(1, operands.get(1).replaceFirst("^\\w+:", ""));
            case "call", "jmp" -> {
                if (operands.size() == 2) {
                    return mnemonic + " " + operands.get(1) + ":" + operands.get(0);
                }
            }
            case "mov" -> operands.replaceAll(Canonical::unsizedOffset);
            case "imul" -> {
                if (operands.size() == 3 && operands.get(0).equals(operands.get(1))) {
                    operands.remove(1);
                }
            }
            case "blendvps", "blendvpd", "pblendvb", "sha256rnds2" -> {
                if (operands.size() == 3) {
                    operands.remove(2);
                }
            }
            default -> {}
        }
        mnemonic = withoutPredicate(mnemonic, operands);
        if (mnemonic.startsWith("f")) {
            x87(mnemonic, operands);
        }
        boolean selector =
                SELECTORS.contains(mnemonic)
                        || (mnemonic.equals("mov") && rest.matches("([c-gs]s,\\w+|\\w+,[c-gs]s)"));
        for (int i = 0; i < operands.size(); i++) {
            String operand = operands.get(i);
            if (UNSIZED.contains(mnemonic)) {
                operand = unsized(operand);
            }
            if (selector && !operand.contains("[")) {
                operand =
                        i == 1 || operands.size() == 1 || mnemonic.equals("mov")
                                ? low(operand)
                                : operand;
            }
            operands.set(i, operand);
        }
        return (mnemonic + " " + String.join(",", operands)).trim();
    }

    /** The width, the address size and an override are all there is to a string instruction. */
    private static String string(String mnemonic, String rest) {
        Matcher size = SIZE.matcher(rest);
        String width = size.find() ? size.group(1) : "";
        Matcher source = Pattern.compile("(\\w\\w):\\[\\w*si\\]").matcher(rest);
        String segment = source.find() && !source.group(1).equals("ds") ? source.group(1) : "";
        Matcher register = Pattern.compile("\\[(\\w+)[sd]i\\]").matcher(rest);
        String address = register.find() ? register.group(1) : "";
        return mnemonic + " " + width + " " + segment + " " + address;
    }

    private static List<String> operands(String rest) {
        var operands = new ArrayList<String>();
        if (!rest.isEmpty()) {
            for (String each : rest.split(",", -1)) {
                operands.add(operand(each.trim()));
            }
        }
        return operands;
    }

    private static String operand(String text) {
        String operand = text.replace("oword", "xmmword").replace("fpuenv", "env");
        operand = operand.equals("st(0)") ? "st" : operand;
        operand = operand.equals("1") ? "0x1" : operand;
        Matcher size = SIZE.matcher(operand);
        String width = "";
        if (size.find()) {
            width = size.group(1) + " ";
            operand = operand.substring(size.end());
        }
        // A segment and a number are a memory operand, unless they are a far pointer.
        operand = operand.replaceFirst("^([c-gs]s):(0x[0-9a-f]+)$", "$1:[$2]");
        if (operand.contains("[")) {
            return width + address(operand);
        }
        return REGISTER.matcher(operand).matches() && operand.endsWith("l")
                ? operand.replace("l", "b")
                : operand;
    }

    private static String address(String text) {
        String address = text.replace("+0x0]", "]").replaceAll("\\+[er]iz\\*\\d", "");
        Matcher noIndex = NO_INDEX.matcher(address);
        if (noIndex.matches()) {
            long value = Long.parseUnsignedLong(noIndex.group(4), 16);
            value = noIndex.group(3).equals("-") ? -value : value;
            value = noIndex.group(2).equals("e") ? value & 0xFFFF_FFFFL : value;
            address = noIndex.group(1) + "[0x" + Long.toHexString(value) + "]";
        }
        address = address.replaceFirst("^ds:(?=\\[(?!\\w*[bs]p\\b(?!\\*)))", "");
        address = address.replaceFirst("^ss:(?=\\[\\w*[bs]p\\b(?!\\*))", "");
        Matcher number = WIDE_NUMBER.matcher(address);
        if (number.find() && address.contains("ip+")) {
            long value = Long.parseUnsignedLong(number.group().substring(2), 16);
            long signed = number.group().length() > 10 ? value : (int) value;
            if (signed < 0) {
                return address.replace("+" + number.group(), "-0x" + Long.toHexString(-signed));
            }
        }
        return address;
    }

    /** {@code cmpltps a,b} is {@code cmpps a,b,1}. */
    private static String withoutPredicate(String mnemonic, List<String> operands) {
        Matcher compare = COMPARE.matcher(mnemonic);
        if (compare.matches()) {
            int predicate = PREDICATES.indexOf(compare.group(2));
            if (predicate >= 0) {
                operands.add("0x" + Integer.toHexString(predicate));
                return compare.group(1) + compare.group(3);
            }
        }
        Matcher multiply = CARRYLESS.matcher(mnemonic);
        if (multiply.matches()) {
            int high =
                    (multiply.group(2).equals("h") ? 1 : 0)
                            | (multiply.group(3).equals("h") ? 16 : 0);
            operands.add("0x" + Integer.toHexString(high));
            return multiply.group(1) + "qdq";
        }
        return mnemonic;
    }

    private static String unsized(String operand) {
        return operand.replaceFirst("^\\w+ (?=\\S*\\[)", "");
    }

    /** objdump gives no size where there is only a number: the accumulator beside it tells. */
    private static String unsizedOffset(String operand) {
        return operand.matches("\\w+ (\\w\\w:)?\\[0x[0-9a-f]+\\]") ? unsized(operand) : operand;
    }

    private static String low(String register) {
        return register.replaceFirst("^[er](?=[abcds][xip]$)", "")
                .replaceFirst("^(r\\d+)[dw]$", "$1");
    }

    private static void x87(String mnemonic, List<String> operands) {
        boolean memory = operands.stream().anyMatch(each -> each.contains("["));
        if (operands.size() == 2 && (memory || ONE_REGISTER.contains(mnemonic))) {
            boolean stores = mnemonic.matches("fi?stt?p?|fbstp");
            operands.remove(stores ? 1 : 0);
        }
        if (operands.isEmpty() && mnemonic.matches("f(add|sub|subr|mul|div|divr)p")) {
            operands.add("st(1)");
            operands.add("st");
        }
    }
}

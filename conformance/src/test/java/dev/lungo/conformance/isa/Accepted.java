package dev.lungo.conformance.isa;

import dev.lungo.isa.Instruction;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The differences to other decoders that are meant, each with its reason.
 *
 * @param reason why ours is right, or why neither is wrong
 */
record Accepted(String reason, Predicate<Difference> applies) {
    /** Instructions of features that our processors do not have: undefined here. */
    private static Accepted absent(String feature, String... mnemonics) {
        Set<String> set = Set.of(mnemonics);
        return new Accepted(
                feature + " is not modelled",
                each -> each.oursIsInvalid() && set.contains(each.theirMnemonic()));
    }

    private static Accepted rule(String reason, Predicate<Difference> applies) {
        return new Accepted(reason, applies);
    }

    /** Stands for all of them. */
    private static final int REX = 0x40;

    // spotless:off
    /** Features that the others know and we leave out. */
    private static final List<Accepted> ABSENT = List.of(
        absent("3DNow!", "femms", "pfadd", "pfsub", "pfsubr", "pfmul", "pfmax", "pfmin", "pfacc", "pfnacc", "pfpnacc", "pfcmpge",
            "pfcmpgt", "pfcmpeq", "pfrcp", "pfrcpit1", "pfrcpit2", "pfrcpv", "pfrsqrt", "pfrsqit1", "pfrsqrtv", "pf2id", "pf2iw", "pi2fd", "pi2fw",
            "pswapd", "pavgusb", "pmulhrw"),
        absent("SMX", "getsec", "getsecq"),
        absent("TSX", "xbegin", "xbeginw", "xabort", "xend", "xtest", "xresldtrk", "xsusldtrk"),
        absent("SGX", "encls", "enclu", "enclv"),
        absent("Key Locker", "loadiwkey", "encodekey128", "encodekey256", "aesenc128kl", "aesenc256kl", "aesdec128kl", "aesdec256kl",
            "aesencwide128kl", "aesencwide256kl", "aesdecwide128kl", "aesdecwide256kl"),
        absent("GFNI", "gf2p8mulb", "gf2p8affineqb", "gf2p8affineinvqb", "vgf2p8mulb", "vgf2p8affineqb", "vgf2p8affineinvqb"),
        absent("AVX-VNNI, AVX-VNNI-INT8, -INT16", "vpdpbusd", "vpdpbusds", "vpdpwssd", "vpdpwssds", "vpdpbssd", "vpdpbssds", "vpdpbsud",
            "vpdpbsuds", "vpdpbuud", "vpdpbuuds", "vpdpwsud", "vpdpwsuds", "vpdpwusd", "vpdpwusds", "vpdpwuud", "vpdpwuuds"),
        absent("AVX-IFMA", "vpmadd52luq", "vpmadd52huq"),
        absent("AVX-NE-CONVERT", "vcvtneps2bf16", "vcvtneebf162ps", "vcvtneobf162ps", "vcvtneeph2ps", "vcvtneoph2ps", "vbcstnebf162ps", "vbcstnesh2ps"),
        absent("SHA512, SM3, SM4", "vsha512msg1", "vsha512msg2", "vsha512rnds2", "vsm3msg1", "vsm3msg2", "vsm3rnds2", "vsm4key4", "vsm4rnds4"),
        absent("FMA4", "vfmaddps", "vfmaddpd", "vfmaddss", "vfmaddsd", "vfmsubps", "vfmsubpd", "vfmsubss", "vfmsubsd", "vfnmaddps", "vfnmaddpd",
            "vfnmaddss", "vfnmaddsd", "vfnmsubps", "vfnmsubpd", "vfnmsubss", "vfnmsubsd", "vfmaddsubps", "vfmaddsubpd", "vfmsubaddps", "vfmsubaddpd",
            "vpermil2ps", "vpermil2pd"),
        absent("AMX", "ldtilecfg", "sttilecfg", "tilerelease", "tilezero", "tileloadd", "tileloaddt1", "tilestored", "tdpbssd", "tdpbsud",
            "tdpbusd", "tdpbuud", "tdpbf16ps", "tdpfp16ps", "tcmmimfp16ps", "tcmmrlfp16ps"),
        absent("CMPccXADD", "cmpoxadd", "cmpnoxadd", "cmpbxadd", "cmpnbxadd", "cmpaexadd", "cmpzxadd", "cmpexadd", "cmpnzxadd", "cmpnexadd",
            "cmpbexadd", "cmpaxadd", "cmpnbexadd", "cmpsxadd", "cmpnsxadd", "cmppxadd", "cmpnpxadd", "cmplxadd", "cmpgexadd", "cmpnlxadd", "cmplexadd",
            "cmpgxadd", "cmpnlexadd"),
        absent("RAO-INT", "aadd", "aand", "aor", "axor"),
        absent("MOVDIRI, MOVDIR64B, ENQCMD", "movdiri", "movdir64b", "enqcmd", "enqcmds"),
        absent("PTWRITE, WAITPKG, HRESET, PCONFIG", "ptwrite", "umonitor", "umwait", "tpause", "hreset", "pconfig"),
        absent("user interrupts", "senduipi", "uiret", "clui", "stui", "testui"),
        absent("FRED, LKGS, WRMSRNS, MSRLIST, SEAM, PBNDKB", "eretu", "erets", "lkgs", "wrmsrns", "rdmsrlist", "wrmsrlist", "seamcall", "seamops",
            "seamret", "tdcall", "pbndkb", "urdmsr", "uwrmsr"),
        absent("AMD's MONITORX, CLZERO, MCOMMIT, RDPRU, INVLPGB", "monitorx", "mwaitx", "clzero", "mcommit", "rdpru", "invlpgb", "tlbsync"),
        absent("SEV-SNP", "psmash", "pvalidate", "rmpadjust", "rmpupdate", "rmpquery", "rmpread"),
        absent("VIA PadLock", "xstore", "xstorerng", "xstore_alt", "xcryptcbc", "xcryptctr", "xcryptcfb", "xcryptofb", "montmul", "xsha1",
            "xsha256", "xsha512", "xsha512_alt", "ccs_hash", "ccs_encrypt", "xcrypt-ecb", "xcrypt-cbc", "xcrypt-ctr", "xcrypt-cfb", "xcrypt-ofb",
            "xstore-rng", "xcryptecb", "via_undoc_f30fa6f0", "via_undoc_f30fa6f8", "undoc"),
        absent("JMPE (Itanium)", "jmpe"),
        rule("AVX-512's mask instructions are not modelled",
            each -> each.oursIsInvalid() && each.theirMnemonic().matches("k(mov|and|andn|not|or|ortest|xnor|xor|add|test|unpck|shiftl|shiftr)[a-z]+")),
        rule("EVEX is not modelled", each -> each.oursIsInvalid() && each.opcode() == 0x62),
        rule("XOP is not modelled", each -> each.oursIsInvalid() && each.opcode() == 0x8F && (each.afterPrefixes(1) & 0x38) != 0),
        rule("VAES and VPCLMULQDQ with 256 bits are not modelled",
            each -> each.oursIsInvalid() && each.theirs().contains("ymm") && each.theirMnemonic().matches("vaes(enc|dec)(last)?|vpclmulqdq")),
        rule("hints of processors to come, and reserved ones, do nothing",
            each -> each.ourMnemonic().equals("nop") && each.theirMnemonic().matches("prefetch.*|bnd.*")));

    private static final Accepted UPPER_HALF =
        rule("the upper half is zero whichever width the destination is written with",
            each -> (each.decoded() instanceof Instruction i) && i.operandBytes() == 8
                && each.ourMnemonic().matches("v?(movmskp[sd]|pmovmskb|pextr[bw]|extractps|pinsr[bw])")
                && each.ourMnemonic().equals(each.theirMnemonic()));

    private static final Accepted R8_EXCHANGE =
        rule("F3 90h with REX.B names R8: an exchange, not PAUSE",
            each -> each.ourMnemonic().equals("xchg") && each.theirMnemonic().equals("pause"));

    static final List<Accepted> BY_ICED = join(ABSENT, List.of(
        UPPER_HALF,
        R8_EXCHANGE));

    /** objdump shows what it can, and leaves much of what is undefined to the reader. */
    static final List<Accepted> BY_OBJDUMP = join(ABSENT, List.of(
        absent("test registers", "mov"),
        rule("LOCK is undefined unless the destination is memory that can be locked",
            each -> each.oursIsInvalid() && each.hasPrefix(0xF0)),
        UPPER_HALF,
        absent("FRSTPM (80287)", "frstpm", "frstpm(287"),
        rule("a REX prefix before another prefix does nothing: objdump shows it as an instruction",
            each -> each.theirs().matches("\\d+ (lock )?rex.*")),
        rule("objdump makes one instruction of FWAIT and what follows", each -> each.opcode() == 0x9B),
        rule("66h, F2h and F3h are undefined where they select nothing, and objdump ignores them",
            each -> each.oursIsInvalid() && each.opcode() == 0x0F && each.hasPrefix(0x66, 0xF2, 0xF3)),
        rule("66h and F2h are ignored where they select nothing, and objdump calls that bad",
            each -> each.theirsIsInvalid() && each.ourMnemonic().matches("wbinvd|bs[fr]")),
        rule("66h does not narrow the register of WRFSBASE and its kin",
            each -> each.ourMnemonic().matches("(rd|wr)[fg]sbase") && each.ourMnemonic().equals(each.theirMnemonic()) && each.hasPrefix(0x66)),
        rule("only in 64-bit mode", each -> each.oursIsInvalid() && each.theirMnemonic().matches("swapgs|(rd|wr)[fg]sbase")),
        rule("fences ignore ModRM.r/m", each -> each.theirsIsInvalid() && each.ourMnemonic().matches("[lms]fence")),
        rule("EXTRQ with immediates is /0", each -> each.oursIsInvalid() && each.theirMnemonic().equals("extrq")),
        rule("scalar moves between registers ignore VEX.L",
            each -> each.ourMnemonic().matches("vmovs[sd]") && each.theirs().replace("ymm", "xmm").equals(each.ours())),
        rule("one operand of MOVDQ2Q and MOVQ2DQ is an MMX register, which objdump does not say with 66h",
            each -> each.ourMnemonic().matches("movdq2q|movq2dq") && each.ours().replaceAll("\\bmm", "xmm").equals(each.theirs())),
        rule("3Eh before an indirect branch is NOTRACK, but overrides the segment too",
            each -> each.ourMnemonic().matches("call|jmp") && each.ours().replace("ds:", "").equals(each.theirs())),
        rule("REX.W takes precedence over 66h",
            each -> each.decoded() instanceof Instruction i && i.operandBytes() == 8 && each.hasPrefix(0x66)
                && each.ourMnemonic().equals("movsxd")),
        rule("a far pointer with REX.W is m16:64, as Intel has it",
            each -> each.ourMnemonic().matches("call|jmp") && each.ours().replace("tbyte", "").equals(each.theirs().replaceFirst("[fd]?word", ""))),
        rule("objdump takes the immediate 02h of PCLMULQDQ for 10h", each -> each.ourMnemonic().matches("v?pclmulqdq")),
        R8_EXCHANGE,
        rule("VEX after 66h, F2h, F3h or REX is undefined",
            each -> each.oursIsInvalid() && each.isVex() && each.hasPrefix(0x66, 0xF2, 0xF3, REX)),
        rule("VZEROALL, VZEROUPPER, VLDMXCSR and VSTMXCSR have no pp and no vvvv",
            each -> each.oursIsInvalid() && each.theirMnemonic().matches("vzeroall|vzeroupper|vldmxcsr|vstmxcsr")),
        rule("IP has 16 bits", each -> each.hasSameTargetIn16Bits()),
        rule("SALC and the aliases of x87 instructions are undocumented, but on every processor",
            each -> each.theirsIsInvalid() && each.ourMnemonic().matches("salc|fstp|fcom|fcomp|fxch|ffreep|test|shl")),
        rule("reserved NOPs do nothing whatever their prefix",
            each -> each.theirsIsInvalid() && each.ourMnemonic().equals("nop"))));
    // spotless:on

    private static List<Accepted> join(List<Accepted> first, List<Accepted> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    static boolean any(List<Accepted> rules, Difference difference) {
        return rules.stream().anyMatch(each -> each.applies().test(difference));
    }
}

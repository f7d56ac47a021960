package dev.lungo.cpu.block;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.cpu.core.Feature;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Instructions that not every model has: SDM 2, the column "CPUID Feature Flag" of each. Not here
 * are those that all x86-64 processors have, SSE2 and before, and those that a register has to
 * enable which knows of the feature itself: CR4 for RDFSBASE, RDPKRU, XSAVE and XGETBV, XCR0 for
 * AVX, so that a VEX form is only here for what it wants besides.
 */
public final class Availability {
    private Availability() {}

    /**
     * What an instruction is to a model: LZCNT and TZCNT are BSR and BSF where they are unknown,
     * for the prefix means nothing then; the others are undefined.
     */
    public static Optional<Instruction> of(Instruction instruction, CpuModel model) {
        Feature feature = feature(instruction);
        if (feature == null || model.has(feature)) {
            return Optional.of(instruction);
        }
        return switch (instruction.mnemonic()) {
            case TZCNT -> Optional.of(as(Mnemonic.BSF, instruction));
            case LZCNT -> Optional.of(as(Mnemonic.BSR, instruction));
            default -> Optional.empty();
        };
    }

    // spotless:off
    /** What a model must have for an instruction; null if all have it. */
    public static @Nullable Feature feature(Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case ADDSUBPS, ADDSUBPD, HADDPS, HADDPD, HSUBPS, HSUBPD, MOVDDUP, MOVSHDUP, MOVSLDUP,
                 LDDQU, FISTTP
                -> Feature.SSE3;
            case PSHUFB, PHADDW, PHADDD, PHADDSW, PHSUBW, PHSUBD, PHSUBSW, PMADDUBSW, PMULHRSW,
                 PSIGNB, PSIGNW, PSIGND, PABSB, PABSW, PABSD, PALIGNR
                -> Feature.SSSE3;
            case PBLENDVB, BLENDVPS, BLENDVPD, PBLENDW, BLENDPS, BLENDPD, PTEST, MOVNTDQA, PACKUSDW,
                 PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ, PMOVZXBW, PMOVZXBD,
                 PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ, PMULDQ, PMULLD, PCMPEQQ, PMINSB, PMINSD,
                 PMINUW, PMINUD, PMAXSB, PMAXSD, PMAXUW, PMAXUD, PHMINPOSUW, ROUNDPS, ROUNDPD,
                 ROUNDSS, ROUNDSD, PINSRB, PINSRD, PINSRQ, PEXTRB, PEXTRD, PEXTRQ, INSERTPS,
                 EXTRACTPS, DPPS, DPPD, MPSADBW
                -> Feature.SSE4_1;
            case PCMPGTQ, PCMPESTRM, PCMPESTRI, PCMPISTRM, PCMPISTRI, CRC32
                -> Feature.SSE4_2;
            case PEXTRW -> storesWord(instruction) ? Feature.SSE4_1 : null;
            case POPCNT -> Feature.POPCNT;
            case AESENC, AESENCLAST, AESDEC, AESDECLAST, AESIMC, AESKEYGENASSIST, VAESENC,
                 VAESENCLAST, VAESDEC, VAESDECLAST, VAESIMC, VAESKEYGENASSIST
                -> Feature.AES;
            case PCLMULQDQ, VPCLMULQDQ -> Feature.PCLMULQDQ;
            case SHA1RNDS4, SHA1NEXTE, SHA1MSG1, SHA1MSG2, SHA256RNDS2, SHA256MSG1, SHA256MSG2
                -> Feature.SHA;
            case ADCX, ADOX -> Feature.ADX;
            case MOVBE -> Feature.MOVBE;
            case LZCNT -> Feature.LZCNT;
            case TZCNT, ANDN, BEXTR, BLSI, BLSMSK, BLSR -> Feature.BMI1;
            case BZHI, MULX, PDEP, PEXT, RORX, SARX, SHLX, SHRX -> Feature.BMI2;
            case CMPXCHG16B -> Feature.CX16;
            case RDRAND -> Feature.RDRAND;
            case RDSEED -> Feature.RDSEED;
            case RDPID -> Feature.RDPID;
            case RDTSCP -> Feature.RDTSCP;
            case INVPCID -> Feature.INVPCID;
            case CLAC, STAC -> Feature.SMAP;
            case CLFLUSHOPT -> Feature.CLFLUSHOPT;
            case CLWB -> Feature.CLWB;
            case SERIALIZE -> Feature.SERIALIZE;
            case XSAVEOPT -> Feature.XSAVEOPT;
            case XSAVEC -> Feature.XSAVEC;
            case XSAVES, XRSTORS -> Feature.XSAVES;
            case VCVTPH2PS, VCVTPS2PH -> Feature.F16C;
            case VBROADCASTI128, VPBROADCASTB, VPBROADCASTW, VPBROADCASTD, VPBROADCASTQ,
                 VEXTRACTI128, VINSERTI128, VPERM2I128, VPERMPS, VPERMPD, VPERMD, VPERMQ,
                 VPMASKMOVD, VPMASKMOVQ, VPBLENDD, VPSLLVD, VPSLLVQ, VPSRLVD, VPSRLVQ, VPSRAVD,
                 VGATHERDPS, VGATHERDPD, VGATHERQPS, VGATHERQPD, VPGATHERDD, VPGATHERDQ, VPGATHERQD,
                 VPGATHERQQ
                -> Feature.AVX2;
            case VBROADCASTSS, VBROADCASTSD // AVX has them from memory
                -> instruction.operand(1) instanceof Operand.Register ? Feature.AVX2 : null;
            case VPUNPCKLBW, VPUNPCKLWD, VPUNPCKLDQ, VPUNPCKLQDQ, VPUNPCKHBW, VPUNPCKHWD,
                 VPUNPCKHDQ, VPUNPCKHQDQ, VPACKSSWB, VPACKSSDW, VPACKUSWB, VPACKUSDW, VPCMPGTB,
                 VPCMPGTW, VPCMPGTD, VPCMPGTQ, VPCMPEQB, VPCMPEQW, VPCMPEQD, VPCMPEQQ, VPSHUFD,
                 VPSHUFHW, VPSHUFLW, VPSHUFB, VPSRLW, VPSRLD, VPSRLQ, VPSRLDQ, VPSRAW, VPSRAD,
                 VPSLLW, VPSLLD, VPSLLQ, VPSLLDQ, VPADDB, VPADDW, VPADDD, VPADDQ, VPADDSB, VPADDSW,
                 VPADDUSB, VPADDUSW, VPSUBB, VPSUBW, VPSUBD, VPSUBQ, VPSUBSB, VPSUBSW, VPSUBUSB,
                 VPSUBUSW, VPMULLW, VPMULLD, VPMULHW, VPMULHUW, VPMULHRSW, VPMULUDQ, VPMULDQ,
                 VPMADDWD, VPMADDUBSW, VPAND, VPANDN, VPOR, VPXOR, VPAVGB, VPAVGW, VPSADBW, VPMINUB,
                 VPMINUW, VPMINUD, VPMINSB, VPMINSW, VPMINSD, VPMAXUB, VPMAXUW, VPMAXUD, VPMAXSB,
                 VPMAXSW, VPMAXSD, VPMOVMSKB, VPABSB, VPABSW, VPABSD, VPSIGNB, VPSIGNW, VPSIGND,
                 VPHADDW, VPHADDD, VPHADDSW, VPHSUBW, VPHSUBD, VPHSUBSW, VPALIGNR, VPMOVSXBW,
                 VPMOVSXBD, VPMOVSXBQ, VPMOVSXWD, VPMOVSXWQ, VPMOVSXDQ, VPMOVZXBW, VPMOVZXBD,
                 VPMOVZXBQ, VPMOVZXWD, VPMOVZXWQ, VPMOVZXDQ, VMPSADBW, VPBLENDW, VPBLENDVB,
                 VMOVNTDQA // AVX has them with XMM
                -> usesYmm(instruction) ? Feature.AVX2 : null;
            case VFMADD132PS, VFMADD132PD, VFMADD132SS, VFMADD132SD, VFMADD213PS, VFMADD213PD,
                 VFMADD213SS, VFMADD213SD, VFMADD231PS, VFMADD231PD, VFMADD231SS, VFMADD231SD,
                 VFMSUB132PS, VFMSUB132PD, VFMSUB132SS, VFMSUB132SD, VFMSUB213PS, VFMSUB213PD,
                 VFMSUB213SS, VFMSUB213SD, VFMSUB231PS, VFMSUB231PD, VFMSUB231SS, VFMSUB231SD,
                 VFNMADD132PS, VFNMADD132PD, VFNMADD132SS, VFNMADD132SD, VFNMADD213PS,
                 VFNMADD213PD, VFNMADD213SS, VFNMADD213SD, VFNMADD231PS, VFNMADD231PD,
                 VFNMADD231SS, VFNMADD231SD, VFNMSUB132PS, VFNMSUB132PD, VFNMSUB132SS,
                 VFNMSUB132SD, VFNMSUB213PS, VFNMSUB213PD, VFNMSUB213SS, VFNMSUB213SD,
                 VFNMSUB231PS, VFNMSUB231PD, VFNMSUB231SS, VFNMSUB231SD, VFMADDSUB132PS,
                 VFMADDSUB132PD, VFMADDSUB213PS, VFMADDSUB213PD, VFMADDSUB231PS, VFMADDSUB231PD,
                 VFMSUBADD132PS, VFMSUBADD132PD, VFMSUBADD213PS, VFMSUBADD213PD, VFMSUBADD231PS,
                 VFMSUBADD231PD
                -> Feature.FMA;
            default -> null;
        };
    }
    // spotless:on

    /** Of PEXTRW, that 66 0F 3A 15 alone can do; its register form is taken for the older 0F C5. */
    private static boolean storesWord(Instruction instruction) {
        return instruction.operand(0) instanceof Operand.Memory;
    }

    private static boolean usesYmm(Instruction instruction) {
        for (Operand operand : instruction.operands()) {
            if (operand instanceof Operand.Register register
                    && register.kind() == RegisterKind.YMM) {
                return true;
            }
        }
        return false;
    }

    private static Instruction as(Mnemonic mnemonic, Instruction instruction) {
        return new Instruction(
                mnemonic,
                instruction.operands(),
                instruction.operandBytes(),
                instruction.addressBytes(),
                instruction.prefixes(),
                instruction.length());
    }
}

package dev.lungo.metal.vmx;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import dev.lungo.isa.vmx.VmcsField;
import dev.lungo.isa.vmx.VmxControl;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Log;

/** Which rule a VM entry found broken. SDM 3C, "Checks on the Guest State Area", in its order. */
final class VmcsRules {
    private static final String CONTROL =
            " (Checks on Guest Control Registers, Debug Registers, and MSRs)";
    private static final String SEGMENT = " (Checks on Guest Segment Registers)";
    private static final String FLAGS = " (Checks on Guest RIP, RFLAGS, and SSP)";
    private static final String OTHER_STATE = " (Checks on Guest Non-Register State)";
    private static final byte[] CR0_FIXED = Log.text("CR0 has a bit that VMX fixes" + CONTROL);
    private static final byte[] PG_WITHOUT_PE = Log.text("CR0.PG is 1 and CR0.PE is 0" + CONTROL);
    private static final byte[] CR4_FIXED = Log.text("CR4 has a bit that VMX fixes" + CONTROL);
    private static final byte[] NO_PAE =
            Log.text("IA-32e mode guest without CR0.PG and CR4.PAE" + CONTROL);
    private static final byte[] LMA_AND_CONTROL =
            Log.text("EFER.LMA is not as IA-32e mode guest" + CONTROL);
    private static final byte[] LMA_AND_LME =
            Log.text("CR0.PG is 1 and EFER.LMA is not EFER.LME" + CONTROL);
    private static final byte[] TR_TYPE = Log.text("TR is no busy TSS" + SEGMENT);
    private static final byte[] TR_UNUSABLE = Log.text("TR is unusable" + SEGMENT);
    private static final byte[] CS_TYPE = Log.text("CS is no accessed code segment" + SEGMENT);
    private static final byte[] CS_L_D = Log.text("CS.L and CS.D are 1 in IA-32e mode" + SEGMENT);
    private static final byte[] SS_TYPE = Log.text("SS is no accessed writable data" + SEGMENT);
    private static final byte[] GRANULARITY =
            Log.text("a segment's limit does not go with its granularity" + SEGMENT);
    private static final byte[] RIP_HIGH =
            Log.text("RIP[63:32] are not 0 outside 64-bit code" + FLAGS);
    private static final byte[] RFLAGS_FIXED = Log.text("RFLAGS has a reserved bit" + FLAGS);
    private static final byte[] NO_IF =
            Log.text("an external interrupt is injected while RFLAGS.IF is 0" + FLAGS);
    private static final byte[] LINK =
            Log.text("the VMCS link pointer is not all ones" + OTHER_STATE);
    private static final byte[] UNKNOWN =
            Log.text("a rule of the guest state that is not checked here");
    private static final int UNUSABLE = 1 << 16;
    private static final int LONG_CODE = 1 << 13;
    private static final int DEFAULT_SIZE = 1 << 14;
    private static final int GRANULAR = 1 << 15;

    private VmcsRules() {}

    static byte[] broken() {
        long cr0 = Bare.vmread(VmcsField.GUEST_CR0);
        long cr4 = Bare.vmread(VmcsField.GUEST_CR4);
        long efer = Bare.vmread(VmcsField.GUEST_IA32_EFER);
        long entry = Bare.vmread(VmcsField.ENTRY_CONTROLS);
        boolean longMode = (entry & VmxControl.IA32E_MODE_GUEST) != 0;
        long exempt = Cr0.PE | Cr0.PG; // unrestricted guest
        if ((Bare.rdmsr(Msr.IA32_VMX_CR0_FIXED0) & ~exempt & ~cr0) != 0
                || (cr0 & ~Bare.rdmsr(Msr.IA32_VMX_CR0_FIXED1)) != 0) {
            return CR0_FIXED;
        }
        if ((cr0 & Cr0.PG) != 0 && (cr0 & Cr0.PE) == 0) {
            return PG_WITHOUT_PE;
        }
        if ((Bare.rdmsr(Msr.IA32_VMX_CR4_FIXED0) & ~cr4) != 0
                || (cr4 & ~Bare.rdmsr(Msr.IA32_VMX_CR4_FIXED1)) != 0) {
            return CR4_FIXED;
        }
        if (longMode && ((cr0 & Cr0.PG) == 0 || (cr4 & Cr4.PAE) == 0)) {
            return NO_PAE;
        }
        if (((efer & Efer.LMA) != 0) != longMode) {
            return LMA_AND_CONTROL;
        }
        if ((cr0 & Cr0.PG) != 0 && ((efer & Efer.LMA) != 0) != ((efer & Efer.LME) != 0)) {
            return LMA_AND_LME;
        }
        return brokenSegment(longMode);
    }

    private static byte[] brokenSegment(boolean longMode) {
        long cs = Bare.vmread(VmcsField.GUEST_CS_ACCESS_RIGHTS);
        long ss = Bare.vmread(VmcsField.GUEST_SS_ACCESS_RIGHTS);
        long tr = Bare.vmread(VmcsField.GUEST_TR_ACCESS_RIGHTS);
        if ((tr & UNUSABLE) != 0) {
            return TR_UNUSABLE;
        }
        if ((tr & 0xF) != 11 && (longMode || (tr & 0xF) != 3)) {
            return TR_TYPE;
        }
        if ((cs & 1) == 0 || (cs & 1 << 3) == 0 && (cs & 0xF) != 3) {
            return CS_TYPE;
        }
        if (longMode && (cs & LONG_CODE) != 0 && (cs & DEFAULT_SIZE) != 0) {
            return CS_L_D;
        }
        if ((ss & UNUSABLE) == 0 && (ss & 0xF) != 3 && (ss & 0xF) != 7) {
            return SS_TYPE;
        }
        for (int i = 0; i < 8; i++) {
            long rights = Bare.vmread(VmcsField.GUEST_ES_ACCESS_RIGHTS + 2 * i);
            long limit = Bare.vmread(VmcsField.GUEST_ES_LIMIT + 2 * i);
            boolean granular = (rights & GRANULAR) != 0;
            if ((rights & UNUSABLE) == 0
                    && ((limit & 0xFFF) != 0xFFF && granular || limit >>> 20 != 0 && !granular)) {
                return GRANULARITY;
            }
        }
        return brokenRest(longMode && (cs & LONG_CODE) != 0);
    }

    private static byte[] brokenRest(boolean code64) {
        long flags = Bare.vmread(VmcsField.GUEST_RFLAGS);
        long event = Bare.vmread(VmcsField.ENTRY_INTERRUPTION_INFO);
        if (!code64 && Bare.vmread(VmcsField.GUEST_RIP) >>> 32 != 0) {
            return RIP_HIGH;
        }
        if ((flags & 2) == 0 || (flags & 0xFFFF_FFFF_FFC0_8028L) != 0) {
            return RFLAGS_FIXED;
        }
        if ((event & 0x8000_0700L) == 0x8000_0000L && (flags & 1 << 9) == 0) {
            return NO_IF;
        }
        return Bare.vmread(VmcsField.VMCS_LINK_POINTER) == -1 ? UNKNOWN : LINK;
    }
}

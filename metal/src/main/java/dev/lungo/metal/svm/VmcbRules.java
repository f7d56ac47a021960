package dev.lungo.metal.svm;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.svm.Vmcb;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Log;

/**
 * Which rule VMRUN found broken. APM 2, "Canonicalization and Consistency Checks", in its order.
 */
final class VmcbRules {
    private static final long HIGH = 0xFFFF_FFFF_0000_0000L;

    private static final byte[] NO_SVME = Log.text("EFER.SVME is zero");
    private static final byte[] CD_NW = Log.text("CR0.CD is zero and CR0.NW is set");
    private static final byte[] CR0_HIGH = Log.text("CR0[63:32] are not zero");
    private static final byte[] CR4_HIGH = Log.text("CR4[63:32] are not zero");
    private static final byte[] DR6_HIGH = Log.text("DR6[63:32] are not zero");
    private static final byte[] DR7_HIGH = Log.text("DR7[63:32] are not zero");
    private static final byte[] NO_PAE =
            Log.text("EFER.LME and CR0.PG are set and CR4.PAE is zero");
    private static final byte[] NO_PE = Log.text("EFER.LME and CR0.PG are set and CR0.PE is zero");
    private static final byte[] CS_L_D = Log.text("CS.L and CS.D are set in long mode");
    private static final byte[] NO_VMRUN = Log.text("the VMRUN intercept is not set");
    private static final byte[] NO_ASID = Log.text("ASID is zero");
    private static final byte[] EVENT = Log.text("perhaps an illegal event in EVENTINJ");
    private static final byte[] OTHER =
            Log.text("a rule that is not checked here, such as reserved bits of EFER, CR3 or CR4");

    private VmcbRules() {}

    static byte[] broken(long vmcb) {
        long efer = Bare.get64(vmcb + Vmcb.EFER);
        long cr0 = Bare.get64(vmcb + Vmcb.CR0);
        long cr4 = Bare.get64(vmcb + Vmcb.CR4);
        int code = Bare.get16(vmcb + Vmcb.CS + Vmcb.ATTRIBUTES);
        boolean longMode = (efer & Efer.LME) != 0 && (cr0 & Cr0.PG) != 0;
        if ((efer & Efer.SVME) == 0) {
            return NO_SVME;
        }
        if ((cr0 & Cr0.CD) == 0 && (cr0 & Cr0.NW) != 0) {
            return CD_NW;
        }
        if ((cr0 & HIGH) != 0) {
            return CR0_HIGH;
        }
        if ((cr4 & HIGH) != 0) {
            return CR4_HIGH;
        }
        if ((Bare.get64(vmcb + Vmcb.DR6) & HIGH) != 0) {
            return DR6_HIGH;
        }
        if ((Bare.get64(vmcb + Vmcb.DR7) & HIGH) != 0) {
            return DR7_HIGH;
        }
        if (longMode && (cr4 & Cr4.PAE) == 0) {
            return NO_PAE;
        }
        if (longMode && (cr0 & Cr0.PE) == 0) {
            return NO_PE;
        }
        if (longMode && (code & 0x600) == 0x600) {
            return CS_L_D;
        }
        if ((Bare.get32(vmcb + Vmcb.INTERCEPT_2) & 1) == 0) {
            return NO_VMRUN;
        }
        if (Bare.get32(vmcb + Vmcb.GUEST_ASID) == 0) {
            return NO_ASID;
        }
        if ((Bare.get32(vmcb + Vmcb.EVENTINJ) & Vmcb.EVENT_VALID) != 0) {
            return EVENT;
        }
        return OTHER;
    }
}

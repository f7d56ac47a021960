package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.Frame.T2;
import static dev.lungo.cpu.translate.HostCode.ADD;
import static dev.lungo.cpu.translate.HostCode.AND;
import static dev.lungo.cpu.translate.HostCode.BELOW;
import static dev.lungo.cpu.translate.HostCode.CMP;
import static dev.lungo.cpu.translate.HostCode.NOT_BELOW;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.OR;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RBX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDX;
import static dev.lungo.cpu.translate.HostCode.RSI;
import static dev.lungo.cpu.translate.HostCode.SAR;
import static dev.lungo.cpu.translate.HostCode.SHL;
import static dev.lungo.cpu.translate.HostCode.SHR;
import static dev.lungo.cpu.translate.HostCode.SIGN;
import static dev.lungo.cpu.translate.HostCode.SUB;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.State;
import dev.lungo.cpu.core.TlbTable;
import dev.lungo.host.PageWatch;
import dev.lungo.isa.PageEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills the TLB from translated code, where there is nothing to it: 4-level or 5-level paging with
 * structures in RAM, all marked accessed and the page dirty if it is written to, rights that
 * suffice, and a page of RAM, of which nobody holds code if it is written to. All else is left to
 * {@link dev.lungo.cpu.core.Mmu}. SDM 3A, "4-Level Paging and 5-Level Paging".
 */
final class TlbRefill {

    private static final int PAGE_SHIFT = 12;
    private static final int PAGE = 1 << PAGE_SHIFT;
    private static final int TABLE_SHIFT = 9;
    private static final int ABOVE_ADDRESS = 12; // bits of an entry
    private static final int ABOVE_CANONICAL = 16;
    private static final int GLOBAL_SHIFT = 8;
    private static final int KEYS = 60;

    /** Guest-physical: below, a PC has more than RAM. */
    private static final int LOW_MEMORY = 1 << 20;

    private static final int USER = 0;
    private static final int SUPERVISOR = 1;

    // Registers of the routine.
    private static final int ENTRY = RAX;
    private static final int SIZE = RCX;
    private static final int AT = RDX;
    private static final int RIGHTS = RBX;
    private static final int OTHER = RSI;
    private static final int[] SAVED = {RAX, RCX, RDX, RBX, RSI};

    private final HostCode code;
    private final int set;
    private final boolean store;
    private final List<Integer> failures = new ArrayList<>();

    /**
     * @param set of the TLB, whose number tells of rights
     * @param store whether the access writes
     */
    TlbRefill(HostCode code, int set, boolean store) {
        this.code = code;
        this.set = set;
        this.store = store;
    }

    /**
     * Writes the routine. T0 is the linear address, T1 where its entry is in the set, in bytes, T2
     * the page of the last byte; all stay. ZF says whether the entry is there now.
     */
    long emit() {
        long at = code.here();
        for (int register : SAVED) {
            code.push(register);
        }
        checkOnePage();
        walk();
        checkRights();
        code.mov32(OTHER, ENTRY);
        shift(SHR, OTHER, GLOBAL_SHIFT - Integer.numberOfTrailingZeros(TlbTable.GLOBAL));
        code.rm(0x23, 8, OTHER, STATE, Frame.at(State.PAGE_GLOBAL)); // and
        code.rr(0x0B, 8, SIZE, OTHER); // or: what will be known of the entry
        code.rr(0x0B, 8, SIZE, AT);
        toOffsetInRam();
        writeTag();
        fill();
        code.rm(0xFF, 8, 0, STATE, Frame.at(State.WALKS)); // inc
        code.rr(0x3B, 4, RAX, RAX); // cmp
        end();
        failures.forEach(code::land);
        code.rr(0x85, 8, HostCode.RSP, HostCode.RSP); // test: it is not zero
        end();
        return at;
    }

    private void end() {
        for (int i = SAVED.length - 1; i >= 0; i--) {
            code.pop(SAVED[i]);
        }
        code.ret();
    }

    private void failIf(int condition) {
        failures.add(code.jcc(condition));
    }

    private void shift(int which, int register, int bits) {
        code.rr(0xC1, 8, which, register);
        code.u8(bits);
    }

    private void test(int register, int bits) {
        code.rr(0xF7, 4, 0, register);
        code.u32(bits);
    }

    private void checkOnePage() {
        code.mov(OTHER, T0);
        code.arithmetic(AND, 8, OTHER, -PAGE);
        code.rr(0x3B, 8, OTHER, T2); // cmp
        failIf(NOT_ZERO);
    }

    /** It repeats so many bits. */
    private void checkCanonical(int bits) {
        code.mov(OTHER, T0);
        shift(SHL, OTHER, bits);
        shift(SAR, OTHER, bits);
        code.rr(0x3B, 8, OTHER, T0);
        failIf(NOT_ZERO);
    }

    /**
     * Leaves the page's entry, ANDed rights, the binary logarithm of its size, and the
     * guest-physical address of the 4 KiB that are wanted.
     */
    private void walk() {
        code.load(AT, STATE, Frame.at(State.PAGE_TABLE));
        code.rr(0x85, 8, AT, AT); // test
        failIf(ZERO);
        code.constant(RIGHTS, PageEntry.RW | PageEntry.US);
        test(AT, State.FIVE_LEVELS);
        int four = code.jcc(ZERO);
        checkCanonical(ABOVE_CANONICAL - TABLE_SHIFT);
        code.arithmetic(SUB, 8, AT, State.FIVE_LEVELS);
        throughTable(4);
        int five = code.jmp();
        code.land(four);
        checkCanonical(ABOVE_CANONICAL);
        code.land(five);
        throughTable(3);
        int huge = pageOrTable(2);
        int large = pageOrTable(1);
        readEntry(PAGE_SHIFT);
        addressOf(PAGE_SHIFT);
        code.land(huge);
        code.land(large);
    }

    /** Through an entry of a level, from 0, at which there are no pages. */
    private void throughTable(int level) {
        readEntry(PAGE_SHIFT + TABLE_SHIFT * level);
        code.rr(0x84, 1, ENTRY, ENTRY); // test: PS is bit 7
        failIf(SIGN);
        toTable();
    }

    private void toTable() {
        addressOf(PAGE_SHIFT);
        toOffsetInRam();
        code.rm(0x03, 8, AT, STATE, Frame.at(State.RAM_HOST)); // add
    }

    /** Likewise, where there are: returns the jump away from the walk. */
    private int pageOrTable(int level) {
        int shift = PAGE_SHIFT + TABLE_SHIFT * level;
        readEntry(shift);
        code.rr(0x84, 1, ENTRY, ENTRY); // test: PS is bit 7
        int table = code.jcc(SIGN ^ 1);
        addressOf(shift);
        noteLarge(shift);
        int found = code.jmp();
        code.land(table);
        toTable();
        return found;
    }

    private void readEntry(int shift) {
        code.mov(OTHER, T0);
        shift(SHR, OTHER, shift - 3);
        code.arithmetic(AND, 4, OTHER, PAGE - 8);
        code.rmx(0x8B, 8, ENTRY, AT, OTHER, 0, 0);
        code.rr(0x23, 8, RIGHTS, ENTRY); // and
        code.mov32(OTHER, ENTRY);
        code.arithmetic(AND, 4, OTHER, PageEntry.P | PageEntry.A);
        code.arithmetic(CMP, 4, OTHER, PageEntry.P | PageEntry.A);
        failIf(NOT_ZERO);
        code.rm(0x85, 8, ENTRY, STATE, Frame.at(State.PAGE_RESERVED)); // test
        failIf(NOT_ZERO);
    }

    /** The guest-physical address in the entry, of 4 KiB within the page if that is larger. */
    private void addressOf(int shift) {
        code.mov(AT, ENTRY);
        shift(SHL, AT, ABOVE_ADDRESS);
        shift(SHR, AT, ABOVE_ADDRESS + shift);
        shift(SHL, AT, shift);
        if (shift > PAGE_SHIFT) {
            test(ENTRY, (1 << shift) - (1 << PAGE_SHIFT + 1)); // reserved; PAT is the bit below
            failIf(NOT_ZERO);
            code.mov(OTHER, T0);
            code.arithmetic(AND, 8, OTHER, (1 << shift) - PAGE);
            code.rr(0x0B, 8, AT, OTHER); // or
        }
        code.constant(SIZE, shift);
    }

    private void noteLarge(int shift) {
        if (shift > TlbTable.LARGE_SHIFT) {
            code.rm(0xC7, 4, 0, STATE, Frame.at(State.TLB_HUGE)); // mov
            code.u32(1);
        } else {
            code.mov(OTHER, T0);
            shift(SHR, OTHER, TlbTable.LARGE_SHIFT);
            code.arithmetic(AND, 4, OTHER, State.TLB_LARGE_BITS - 1);
            code.rm(0x0F_AB, 8, OTHER, STATE, Frame.at(State.TLB_LARGE)); // bts
        }
    }

    private void checkRights() {
        code.mov(OTHER, ENTRY);
        shift(SHL, OTHER, 1);
        shift(SHR, OTHER, KEYS);
        failIf(NOT_ZERO);
        if (set == USER || set == SUPERVISOR) { // the latter may not without RFLAGS.AC
            test(RIGHTS, (int) PageEntry.US);
            failIf(set == USER ? ZERO : NOT_ZERO);
        }
        if (store) {
            test(RIGHTS, (int) PageEntry.RW);
            failIf(ZERO);
            test(ENTRY, (int) PageEntry.D);
            failIf(ZERO);
        }
    }

    /** A guest-physical address becomes one from the beginning of RAM. */
    private void toOffsetInRam() {
        code.arithmetic(CMP, 8, AT, LOW_MEMORY);
        failIf(BELOW);
        int low = Frame.at(State.RAM_LOW_BYTES);
        code.rm(0x3B, 8, AT, STATE, low); // cmp
        int isLow = code.jccShort(BELOW);
        code.rm(0x2B, 8, AT, STATE, Frame.at(State.RAM_GAP)); // sub
        code.rm(0x3B, 8, AT, STATE, low);
        failIf(BELOW);
        code.rm(0x3B, 8, AT, STATE, Frame.at(State.RAM_BYTES));
        failIf(NOT_BELOW);
        code.landShort(isLow);
    }

    /**
     * What becomes the write tag, in place of the page's entry. The processor is admitted to the
     * page as {@link PageWatch#admit} does it.
     */
    private void writeTag() {
        List<Integer> denied = new ArrayList<>();
        if (!store) {
            code.rr(0xF7, 4, 2, ENTRY); // not
            test(ENTRY, (int) PageEntry.D);
            denied.add(code.jcc(NOT_ZERO));
            test(RIGHTS, (int) PageEntry.RW);
            denied.add(code.jcc(ZERO));
        }
        code.mov(OTHER, AT);
        shift(SHR, OTHER, PAGE_SHIFT - Integer.numberOfTrailingZeros(PageWatch.ENTRY_BYTES));
        code.rm(0x03, 8, OTHER, STATE, Frame.at(State.WATCH)); // add
        code.arithmetic(CMP, 8, OTHER, PageWatch.HOLDERS, 0);
        denied.add(code.jcc(NOT_ZERO));
        code.load(ENTRY, STATE, Frame.at(State.WATCHER));
        code.rm(0x85, 8, ENTRY, OTHER, PageWatch.WRITERS); // test
        int admitted = code.jccShort(NOT_ZERO);
        code.u8(0xF0); // lock
        code.rm(0x09, 8, ENTRY, OTHER, PageWatch.WRITERS); // or
        code.arithmetic(CMP, 8, OTHER, PageWatch.HOLDERS, 0);
        int alone = code.jccShort(ZERO);
        code.rr(0xF7, 8, 2, ENTRY); // not
        code.u8(0xF0); // lock
        code.rm(0x21, 8, ENTRY, OTHER, PageWatch.WRITERS); // and
        denied.add(code.jmp());
        code.landShort(admitted);
        code.landShort(alone);
        code.mov(ENTRY, T2);
        if (store) {
            failures.addAll(denied);
            return;
        }
        int done = code.jmp();
        denied.forEach(code::land);
        code.constant(ENTRY, TlbTable.NO_TAG);
        code.land(done);
    }

    private void fill() {
        int tlb = Frame.at(State.TLB) + State.TLB_SET_BYTES * set;
        code.rmx(0x89, 8, T2, STATE, T1, 0, tlb + State.TLB_READ);
        code.rmx(0x89, 8, ENTRY, STATE, T1, 0, tlb + State.TLB_WRITE);
        code.rm(0x03, 8, AT, STATE, Frame.at(State.RAM_HOST)); // add
        code.rr(0x2B, 8, AT, T2); // sub
        code.rmx(0x89, 8, AT, STATE, T1, 0, tlb + State.TLB_ADDEND);

        code.rmx(0x8B, 8, OTHER, STATE, T1, 0, tlb + State.TLB_INFO);
        code.arithmetic(AND, 4, OTHER, TlbTable.LISTED_LOCAL | TlbTable.LISTED_GLOBAL);
        code.rr(0x0B, 8, SIZE, OTHER); // or
        test(SIZE, TlbTable.GLOBAL);
        int global = code.jcc(NOT_ZERO);
        list(State.TLB_LOCAL, TlbTable.LISTED_LOCAL);
        int done = code.jmp();
        code.land(global);
        list(State.TLB_GLOBAL, TlbTable.LISTED_GLOBAL);
        code.land(done);
        code.rmx(0x89, 8, SIZE, STATE, T1, 0, tlb + State.TLB_INFO);
    }

    /** Puts the entry on a list, if it is not there yet. */
    private void list(int list, int listed) {
        test(SIZE, listed);
        int there = code.jccShort(NOT_ZERO);
        code.arithmetic(OR, 8, SIZE, listed);
        code.mov32(OTHER, T1);
        code.rr(0xC1, 4, SHR, OTHER);
        code.u8(Integer.numberOfTrailingZeros(State.TLB_ENTRY_BYTES));
        code.arithmetic(ADD, 4, OTHER, (long) set * State.TLB_ENTRIES);
        code.load(AT, STATE, Frame.at(list));
        code.rmx(0x89, 4, OTHER, STATE, AT, 2, Frame.at(list) + 8);
        code.rm(0xFF, 8, 0, STATE, Frame.at(list)); // inc
        code.landShort(there);
    }
}

package dev.lungo.cpu.block;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.PageWatch;
import dev.lungo.isa.Decoded;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lowered blocks of one processor, by physical page, and the ways to find them.
 *
 * <p>A page that holds blocks has no write tag in any TLB, so every store to it comes here, and
 * only the blocks whose bytes it touches die. When the last one of a page is gone, so is the watch
 * on it.
 *
 * <p>It belongs to whoever the {@link dev.lungo.cpu.core.Inbox} says.
 */
public final class CodeCache {
    /**
     * Beyond so many ops, all blocks are dropped and made anew: a bound on what a guest can make us
     * keep, some 100 MB.
     */
    private static final int MAX_OPS = 1 << 21;

    private static final int MAX_CONSTANTS = 1 << 20;

    private static final int NEAR = 1 << 12;

    /** So many writes make a page one of data, but only so often. */
    private static final int MOST_WRITTEN = 16;

    private static final byte MOST_EMPTIED = 8;

    private static final class Page {
        final long number;

        /** By {@link #key}. */
        final LongTable<Block> blocks = new LongTable<>(16);

        final List<Code> overlapping = new ArrayList<>();

        /** How often it was written to since it came to hold code. */
        int written;

        Page(long number) {
            this.number = number;
        }
    }

    private final Processor cpu;
    private final Lowering lowering;

    /** By number: the physical address without its low 12 bits. */
    private final LongTable<Page> pages = new LongTable<>(1 << 10);

    private final PageWatch watch;

    /** Of the processor, as a watcher. */
    private final int watcher;

    /**
     * How often the code of a page was dropped since it was written to; pages may share a count.
     */
    private final byte[] emptied = new byte[1 << 12];

    /** In all blocks together. */
    private int ops;

    private long lowered;

    // Blocks by linear address, which hold until a translation changes.
    private final long[] nearLinear = new long[NEAR];
    private final long[] nearGeneration = new long[NEAR];
    private final @Nullable Block[] nearBlock = new Block[NEAR];

    /** Null where nothing is kept from one run to the next. */
    private @Nullable Keeper keeper;

    /** Who has translations of code that has not been met yet. */
    public interface Keeper {
        /** The translation of the code at a guest-physical address in RAM, or null. */
        @Nullable Code translation(long physical, int mode);
    }

    /** From now on, translations that the keeper has are taken from there. */
    public void keeper(Keeper has) {
        keeper = has;
    }

    /**
     * @param watcher the processor's number as a watcher of memory
     */
    public CodeCache(Processor cpu, int watcher, PageWatch watch) {
        this.cpu = cpu;
        this.watcher = watcher;
        this.watch = watch;
        this.lowering = new Lowering(cpu);
    }

    /** Whether anything is kept of this page. */
    public boolean holds(long page) {
        return pages.contains(page);
    }

    /** The block at the current instruction pointer, in the current mode. */
    public Block current() {
        long linear = cpu.linearIp();
        int mode = cpu.mode();
        int slot = (int) (linear ^ linear >>> 12) & (NEAR - 1);
        Block near = nearBlock[slot];
        if (near != null
                && nearLinear[slot] == linear
                && nearGeneration[slot] == cpu.generation
                && near.mode == mode
                && near.isLive()) {
            return near;
        }
        Block found = find(linear, mode);
        if (found.kept) {
            nearLinear[slot] = linear;
            nearGeneration[slot] = cpu.generation;
            nearBlock[slot] = found;
        }
        return found;
    }

    private Block find(long linear, int mode) {
        long physical = cpu.mmu.translateForFetch(linear);
        Page page = pages.get(physical >>> 12);
        if (page != null) {
            Block block = page.blocks.get(key(physical, mode));
            if (block != null && cpu.fitsCodeSegment(block.bytes) && spillHolds(block, linear)) {
                return block;
            }
        }
        makeRoom();
        if (!cpu.memory.isRam(physical)) { // nobody would tell us of changes
            lowered++;
            return lowering.block(linear, physical, mode, 1);
        }
        watched(physical >>> 12); // before it is read
        if (keeper != null) {
            Code kept = keeper.translation(physical, mode);
            if (kept != null) {
                Block block = add(new Block(new Op[] {new Unlowered()}, physical, -1, 0, mode));
                add(block, kept);
                return block;
            }
        }
        return lower(linear, physical, mode);
    }

    /**
     * All there is of a block that is translated already. It is no instruction: should the block be
     * interpreted after all, it has it lowered, and entered once more.
     */
    private static final class Unlowered extends Op.Ending {
        @Override
        public void execute(Processor cpu) {
            cpu.code.lower();
            cpu.resume();
        }

        @Override
        public int instructions() {
            return 0;
        }
    }

    /** Lowers the code at the current instruction pointer, whatever there is already. */
    void lower() {
        long linear = cpu.linearIp();
        makeRoom();
        long physical = cpu.mmu.translateForFetch(linear);
        watched(physical >>> 12);
        Block _ = lower(linear, physical, cpu.mode());
    }

    /** On a page of RAM that is watched. */
    private Block lower(long linear, long physical, int mode) {
        lowered++;
        long second = -1;
        try {
            Block block = lowering.block(linear, physical, mode, Lowering.MAX_OPS);
            if (block.spill >= 0) {
                if (!cpu.memory.isRam(block.spill)) {
                    return block;
                }
                second = block.spill >>> 12;
                if (!holds(second)) { // it has been read before anybody would tell us of changes
                    watched(second);
                    block = lowering.block(linear, physical, mode, Lowering.MAX_OPS);
                }
            }
            return add(block);
        } finally {
            releaseIfEmpty(physical >>> 12);
            releaseIfEmpty(second);
        }
    }

    /** Before anything is lowered, since what is dropped takes its constants with it. */
    private void makeRoom() {
        if (ops >= MAX_OPS || lowering.constants() >= MAX_CONSTANTS) {
            clear();
        }
    }

    /** Whether the second page of a block that has one is still mapped behind the first. */
    private boolean spillHolds(Block block, long linear) {
        return block.spill < 0
                || block.spill == cpu.mmu.translateForFetch(cpu.wrapLinear((linear | 0xFFF) + 1));
    }

    /** How many blocks have been lowered since power-up. */
    public long lowered() {
        return lowered;
    }

    /** A block of one instruction, not kept: for single-stepping and interrupt shadows. */
    public Block single() {
        makeRoom();
        long linear = cpu.linearIp();
        return lowering.block(linear, cpu.mmu.translateForFetch(linear), cpu.mode(), 1);
    }

    /** What the bytes of the last {@link #single} block are. */
    public Decoded decoded() {
        return lowering.decoded();
    }

    private static long key(long physical, int mode) {
        return physical & 0xFFF | (long) mode << 12;
    }

    private Block add(Block block) {
        Page page = watched(block.physical >>> 12);
        Block former = page.blocks.get(key(block.physical, block.mode));
        page.blocks.put(key(block.physical, block.mode), block);
        page.overlapping.add(block);
        if (block.crossesPages()) {
            watched(block.spill >>> 12).overlapping.add(block);
        }
        if (former != null) { // another mapping of the second page, or another code limit
            forget(former);
        }
        block.kept = true;
        ops += block.size();
        return block;
    }

    /** Keeps the translation of a block that is kept here, for as long as its bytes stay. */
    public void add(Block block, Code translation) {
        block.translation = translation;
        watched(block.physical >>> 12).overlapping.add(translation);
    }

    /** The instruction at some place behind another, on the same page and in the current mode. */
    public Op op(long physical, int offset) {
        return lowering.single(physical, offset, cpu.mode());
    }

    /**
     * From now on, writes to the page come to {@link #written}. It is read after that, so that no
     * write is missed.
     */
    private Page watched(long number) {
        Page page = pages.get(number);
        if (page == null) {
            page = new Page(number);
            pages.put(number, page);
            if (watch.isWriter(watcher, number)) {
                cpu.mmu.protectFromWrites(number << 12);
                watch.dismiss(watcher, number);
            }
            watch.watch(watcher, number);
        }
        return page;
    }

    /** Nothing was kept of a page that is watched. */
    private void releaseIfEmpty(long number) {
        Page page = pages.get(number);
        if (page != null && page.overlapping.isEmpty()) {
            pages.remove(number);
            watch.release(watcher, number);
        }
    }

    /** Remembers the way from a block to the one that is current now. */
    public Block link(Block from, boolean branch, long rip) {
        Block to = current();
        if (from.isLive() && to.kept) {
            from.link(branch, to, cpu.generation, rip);
        }
        return to;
    }

    /** These guest-physical bytes, on one page, have been written. */
    public void written(long physical, int bytes) {
        long number = physical >>> 12;
        Page page = pages.get(number);
        if (page == null) {
            return;
        }
        if (++page.written == MOST_WRITTEN && becomesData(number)) {
            forgetAll(page);
            return;
        }
        List<Code> overlapping = page.overlapping;
        for (int i = overlapping.size() - 1; i >= 0; i--) { // what is forgotten leaves the list
            if (overlapping.get(i).touches(physical, bytes)) {
                forget(overlapping.get(i));
            }
        }
    }

    /**
     * Whether a page that is written to so often shall hold no code any more, so that writes are
     * fast again; not if that has been tried often, and code always came back.
     */
    private boolean becomesData(long number) {
        int slot = (int) (number & emptied.length - 1);
        if (emptied[slot] == MOST_EMPTIED) {
            return false;
        }
        emptied[slot]++;
        return true;
    }

    private void forgetAll(Page page) {
        for (int i = page.overlapping.size() - 1; i >= 0; i--) {
            forget(page.overlapping.get(i));
        }
    }

    /** There shall be no such translation any more. */
    public void drop(Code translation) {
        forget(translation);
    }

    /** On both pages, if there are two: nothing is left of it. */
    private void forget(Code code) {
        code.die();
        Page home = pages.get(code.physical >>> 12);
        if (code instanceof Block block) {
            ops -= block.size();
            long key = key(block.physical, block.mode);
            if (home != null && home.blocks.get(key) == block) {
                home.blocks.remove(key);
            }
        }
        leave(code.physical >>> 12, code);
        if (code.crossesPages()) {
            leave(code.spill >>> 12, code);
        }
    }

    private void leave(long number, Code code) {
        Page page = pages.get(number);
        if (page == null) {
            return;
        }
        page.overlapping.remove(code);
        releaseIfEmpty(number);
    }

    /** A translation has changed: what was found by linear address must be found anew. */
    public void translationsChanged() {
        cpu.translationsChanged();
    }

    /** Drops everything. */
    public void clear() {
        List<Page> dropped = new ArrayList<>(pages.size());
        pages.forEach(dropped::add);
        for (Page page : dropped) {
            for (Code each : page.overlapping) {
                each.die();
            }
        }
        pages.clear();
        for (Page page : dropped) {
            watch.release(watcher, page.number);
        }
        ops = 0;
        lowering.clear();
        translationsChanged();
    }
}

package dev.lungo.cpu.block;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.PageWatch;
import dev.lungo.isa.Decoded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lowered blocks of one processor, by physical page, and the ways to find them.
 *
 * <p>A page that holds blocks has no write tag in any TLB, so every store to it comes here, and
 * only the blocks whose bytes it touches die. When the last one of a page is gone, so is the watch
 * on it.
 */
public final class CodeCache implements PageWatch.Watcher {
    /**
     * Beyond this many, all are dropped and made anew: a bound on what a guest can make us keep.
     */
    private static final int MAX_BLOCKS = 1 << 18;

    private static final int MAX_CONSTANTS = 1 << 20;

    private static final int NEAR = 1 << 12;

    private static final class Page {
        final Map<Integer, Block> byKey = new HashMap<>();
        final List<Block> overlapping = new ArrayList<>();
    }

    private final Processor cpu;
    private final Lowering lowering;
    private final Map<Long, Page> pages = new HashMap<>();

    private final PageWatch watch;
    private int blocks;

    // Blocks by linear address, forgotten when a translation changes.
    private final long[] nearLinear = new long[NEAR];
    private final @Nullable Block[] nearBlock = new Block[NEAR];

    public CodeCache(Processor cpu, PageWatch watch) {
        this.cpu = cpu;
        this.watch = watch;
        watch.add(this);
        this.lowering = new Lowering(cpu);
        Arrays.fill(nearLinear, -1);
    }

    @Override
    public boolean holds(long page) {
        return pages.containsKey(page);
    }

    @Override
    public void protect(long page) {
        cpu.mmu.protectFromWrites(page << 12);
    }

    /** The block at the current instruction pointer, in the current mode. */
    public Block current() {
        long linear = cpu.linearIp();
        int mode = cpu.mode();
        int slot = (int) (linear ^ linear >>> 12) & (NEAR - 1);
        Block near = nearBlock[slot];
        if (near != null && nearLinear[slot] == linear && near.mode == mode && near.isLive()) {
            return near;
        }
        Block found = find(linear, mode);
        if (holds(found.physical >>> 12)) {
            nearLinear[slot] = linear;
            nearBlock[slot] = found;
        }
        return found;
    }

    private Block find(long linear, int mode) {
        long physical = cpu.mmu.translateForFetch(linear);
        Page page = pages.get(physical >>> 12);
        if (page != null) {
            Block block = page.byKey.get(key(physical, mode));
            if (block != null && cpu.fitsCodeSegment(block.bytes) && spillHolds(block, linear)) {
                return block;
            }
        }
        makeRoom();
        if (cpu.memory.host(physical) == 0) { // nobody would tell us of changes
            return lowering.block(linear, physical, mode, 1);
        }
        return add(lowering.block(linear, physical, mode, Lowering.MAX_OPS));
    }

    /** Before anything is lowered, since what is dropped takes its constants with it. */
    private void makeRoom() {
        if (blocks >= MAX_BLOCKS || lowering.constants() >= MAX_CONSTANTS) {
            clear();
        }
    }

    /** Whether the second page of a block that has one is still mapped behind the first. */
    private boolean spillHolds(Block block, long linear) {
        return block.spill < 0
                || block.spill == cpu.mmu.translateForFetch(cpu.wrapLinear((linear | 0xFFF) + 1));
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

    private static int key(long physical, int mode) {
        return (int) (physical & 0xFFF) | mode << 12;
    }

    private Block add(Block block) {
        blocks++;
        Page page = watched(block.physical >>> 12);
        Block former = page.byKey.put(key(block.physical, block.mode), block);
        if (former != null) { // another mapping of the second page, or another code limit
            former.die();
            page.overlapping.remove(former);
            blocks--;
        }
        page.overlapping.add(block);
        if (block.spill >= 0) {
            watched(block.spill >>> 12).overlapping.add(block);
        }
        return block;
    }

    /** From now on, writes to the page come to {@link #written}. */
    private Page watched(long number) {
        Page page = pages.get(number);
        if (page == null) {
            page = new Page();
            pages.put(number, page);
            watch.watch(number);
        }
        return page;
    }

    /** Remembers the way from a block to the one that is current now. */
    public Block link(Block from, boolean branch, long rip) {
        Block to = current();
        from.link(branch, to, cpu.generation, rip);
        return to;
    }

    @Override
    public void written(long physical, int bytes) {
        long number = physical >>> 12;
        Page page = pages.get(number);
        if (page == null) {
            return;
        }
        List<Block> overlapping = page.overlapping;
        int kept = 0;
        for (int i = 0; i < overlapping.size(); i++) {
            Block block = overlapping.get(i);
            if (!block.isLive()) {
                continue;
            }
            if (block.touches(physical, bytes)) {
                forget(block);
            } else {
                overlapping.set(kept++, block);
            }
        }
        overlapping.subList(kept, overlapping.size()).clear();
        if (kept == 0) {
            pages.remove(number);
            watch.release(number);
        }
    }

    private void forget(Block block) {
        block.die();
        blocks--;
        Page home = pages.get(block.physical >>> 12);
        if (home != null) {
            home.byKey.remove(key(block.physical, block.mode), block);
        }
    }

    /** A translation has changed: what was found by linear address must be found anew. */
    public void translationsChanged() {
        cpu.generation++;
        Arrays.fill(nearLinear, -1);
    }

    @Override
    public void allWritten() {
        clear();
    }

    /** Drops everything. */
    public void clear() {
        List<Long> dropped = List.copyOf(pages.keySet());
        for (Page page : pages.values()) {
            for (Block block : page.overlapping) {
                block.die();
            }
        }
        pages.clear();
        for (long number : dropped) {
            watch.release(number);
        }
        blocks = 0;
        lowering.clear();
        translationsChanged();
    }
}

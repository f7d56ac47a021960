package dev.lungo.cpu.translate;

import dev.lungo.cpu.block.Code;
import dev.lungo.cpu.core.Mode;
import org.jspecify.annotations.Nullable;

/**
 * A piece of guest code that is translated as one: a straight run of instructions with ways out of
 * it, on one page, or one instruction that crosses into the next.
 */
public final class Unit extends Code {
    private static final int PAGE = 4096;

    private final Translator translator;

    /** The host address of the guest code. */
    final long host;

    /** The host address of its translation. */
    final long entry;

    /** Whether the guest's vector registers are in the host's while it runs. */
    boolean usesVectors;

    /** Likewise, for x87 and MMX. */
    boolean usesFpu;

    /**
     * Whether it is a single instruction that ends on the next page. Of that page it knows nothing:
     * its code looks each time whether the rest of the instruction is there.
     */
    boolean crosses;

    /** Its instructions, once it has been checked. */
    @Nullable Plan plan;

    /** The host address to which its entry leads when it is dead. */
    long deadEntry;

    Unit(Translator translator, long physical, long host, int mode, long entry) {
        super(physical, -1, 0, mode);
        this.translator = translator;
        this.host = host;
        this.entry = entry;
    }

    /** How many bytes there are from its beginning to the end of the page. */
    int leftOnPage() {
        return PAGE - onPage();
    }

    /** Where on its page it begins, in bytes. */
    int onPage() {
        return (int) physical & PAGE - 1;
    }

    /** Whether segments have bases and limits that have to be looked at. */
    boolean isSegmented() {
        return (mode & Mode.FLAT) == 0;
    }

    @Override
    protected void died() {
        translator.seal(this);
    }
}

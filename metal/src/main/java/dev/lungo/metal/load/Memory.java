package dev.lungo.metal.load;

/** Physical memory by bytes: the machine's, or a test's. */
interface Memory {
    int get(long address);

    void put(long address, int value);
}

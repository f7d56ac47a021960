/* The first serial port, polled. */
#pragma once

static inline void character(char c) {
    unsigned char status;
    do {
        __asm__ volatile("inb %w1, %0" : "=a"(status) : "d"(0x3FD));
    } while (!(status & 0x20)); /* LSR.THRE */
    __asm__ volatile("outb %b0, %w1" : : "a"(c), "d"(0x3F8));
}

static inline void text(const char *s) {
    while (*s) {
        character(*s++);
    }
}

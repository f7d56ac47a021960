#pragma once
typedef unsigned long jmp_buf[8]; /* rbx rbp r12-r15 rsp rip */
int setjmp(jmp_buf) __attribute__((returns_twice));
void longjmp(jmp_buf, int) __attribute__((noreturn));

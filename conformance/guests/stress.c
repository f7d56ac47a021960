/*
 * stress SECONDS: keeps every processor of a guest busy with what processors do to each other, and
 * checks that nothing is lost: the scheduler (messages through pipes), futexes (a mutex and a
 * condition), page tables (mappings that come, change and go while other threads use them, and
 * copies on write), locked instructions, and code that one thread writes and another runs.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, GROUPS = 4, SENDERS = 4, MESSAGES = 100, PAGES = 16 };

static time_t end;
static atomic_ulong done[6];

static int goes_on(void) { return time(NULL) < end; }

static void fail(const char *what) {
    printf("STRESS-FAILED %s\n", what);
    fflush(stdout);
    _exit(1);
}

static void expect(int right, const char *what) {
    if (!right) fail(what);
}

static pthread_t start(void *(*body)(void *), void *argument) {
    pthread_t thread;
    expect(pthread_create(&thread, NULL, body, argument) == 0, "no thread");
    return thread;
}

/* The scheduler: senders and a receiver to each pipe, as hackbench has them. */

static void *send(void *pipe) {
    for (int i = 0; i < MESSAGES; i++) {
        char message[100];
        memset(message, i, sizeof message);
        expect(write(((int *)pipe)[1], message, sizeof message) == sizeof message, "a short write");
    }
    return NULL;
}

static void *talk(void *unused) {
    while (goes_on()) {
        int ends[2];
        pthread_t senders[SENDERS];
        unsigned long sum = 0;
        expect(pipe(ends) == 0, "no pipe");
        for (int i = 0; i < SENDERS; i++) senders[i] = start(send, ends);
        for (int i = 0; i < SENDERS * MESSAGES; i++) {
            char message[100];
            expect(read(ends[0], message, sizeof message) == sizeof message, "a short read");
            expect(message[0] == message[99], "a torn message");
            sum += message[0];
        }
        for (int i = 0; i < SENDERS; i++) pthread_join(senders[i], NULL);
        expect(sum == SENDERS * (MESSAGES * (MESSAGES - 1ul) / 2), "a lost message");
        close(ends[0]);
        close(ends[1]);
        done[0]++;
    }
    return unused;
}

/* Futexes: a ball goes round between threads that sleep until it is theirs. */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned long ball, plain;
static atomic_ulong passes;

static void *pass(void *number) {
    while (goes_on()) {
        pthread_mutex_lock(&mutex);
        while (ball % 3 != (uintptr_t)number && goes_on()) {
            struct timespec until;
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_sec++;
            pthread_cond_timedwait(&changed, &mutex, &until);
        }
        ball++;
        plain++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
        passes++;
        done[1]++;
    }
    return NULL;
}

/* Page tables: what a page says is its own number, whoever maps it, changes it or copies it. */

static void *map(void *unused) {
    while (goes_on()) {
        volatile uintptr_t *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        expect(at != MAP_FAILED, "no memory");
        for (int i = 0; i < PAGES; i++) {
            expect(at[i * 512] == 0, "a page that is not empty");
            at[i * 512] = (uintptr_t)&at[i * 512];
        }
        mprotect((void *)at, PAGES * PAGE, PROT_READ);
        sched_yield();
        mprotect((void *)at, PAGES * PAGE, PROT_READ | PROT_WRITE);
        madvise((void *)at, PAGES / 2 * PAGE, MADV_DONTNEED);
        for (int i = 0; i < PAGES; i++)
            expect(at[i * 512] == (i < PAGES / 2 ? 0 : (uintptr_t)&at[i * 512]), "another page's contents");
        munmap((void *)at, PAGES * PAGE);
        done[2]++;
    }
    return unused;
}

static void *copy(void *unused) {
    static _Atomic unsigned char area[PAGES * PAGE];
    while (goes_on()) {
        for (int i = 0; i < PAGES; i++) area[i * PAGE] = 1;
        pid_t child = fork();
        if (child == 0) {
            for (int i = 0; i < PAGES; i++) {
                if (area[i * PAGE] != 1 && area[i * PAGE] != 2) _exit(1);
                area[i * PAGE] = 3;
            }
            _exit(0);
        }
        for (int i = 0; i < PAGES; i++) area[i * PAGE] = 2;
        int status = 1;
        expect(child > 0 && waitpid(child, &status, 0) == child && status == 0, "a child's memory");
        for (int i = 0; i < PAGES; i++) expect(area[i * PAGE] == 2, "a parent's memory");
        done[3]++;
    }
    return unused;
}

/* Locked instructions, at an odd address too. */

static struct { char odd; unsigned long count; } __attribute__((packed, aligned(64))) shared;
static atomic_ulong counted;

static void *count(void *unused) {
    while (goes_on()) {
        for (int i = 0; i < 1000; i++) __asm__ volatile("lock incq %0" : "+m"(shared.count));
        counted += 1000;
        done[4]++;
    }
    return unused;
}

/* Code: a function that returns a number, written by one thread and called by another. */

static atomic_uint said, heard;
static unsigned char *function;

static void *write_code(void *unused) {
    for (unsigned i = 1; goes_on(); i++) {
        memcpy(function + 1, &i, sizeof i);
        said = i;
        while (heard != i && goes_on()) sched_yield();
    }
    return unused;
}

static void *run_code(void *unused) {
    while (goes_on()) {
        unsigned now = said;
        if (now == heard) {
            sched_yield();
            continue;
        }
        unsigned a = 0, b, c = 0, d; /* CPUID, which serializes */
        __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d) : : "memory");
        expect(((unsigned (*)(void))function)() == now, "old code");
        heard = now;
        done[5]++;
    }
    return unused;
}

int main(int count_of_arguments, char **arguments) {
    static const char *names[] = {"pipes", "futexes", "mappings", "copies", "locks", "code"};
    pthread_t threads[GROUPS + 3 + 3 + 1 + 3 + 2];
    int n = 0;
    end = time(NULL) + (count_of_arguments > 1 ? atoi(arguments[1]) : 10);
    function = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    expect(function != MAP_FAILED, "no memory for code");
    memcpy(function, "\xB8\0\0\0\0\xC3", 6); /* mov eax,0; ret */
    for (int i = 0; i < GROUPS; i++) threads[n++] = start(talk, NULL);
    for (uintptr_t i = 0; i < 3; i++) threads[n++] = start(pass, (void *)i);
    for (int i = 0; i < 3; i++) threads[n++] = start(map, NULL);
    threads[n++] = start(copy, NULL);
    for (int i = 0; i < 3; i++) threads[n++] = start(count, NULL);
    threads[n++] = start(write_code, NULL);
    threads[n++] = start(run_code, NULL);
    for (int i = 0; i < n; i++) pthread_join(threads[i], NULL);
    expect(plain == passes, "a pass of the ball");
    expect(shared.count == counted, "a count");
    for (int i = 0; i < 6; i++) {
        printf("FACT stress-%s %lu\n", names[i], (unsigned long)done[i]);
        expect(done[i] != 0, names[i]);
    }
    printf("STRESS-OK\n");
    return 0;
}

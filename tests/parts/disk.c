/* A disk that does as it is told, for one program: loaded before everything else, it stands between the program and the
 * files of one folder. It lets writes, syncs and changes of names fail or take their time, and keeps a journal of them
 * for the power cut. Its orders lie in a small file that is mapped into both sides; disk.py writes them.
 *
 * DISK_FOLDER: absolute, the folder that it stands before. DISK_ORDERS: the file of orders. DISK_JOURNAL: where the
 * journal is appended to; none without it. DISK_PORTS: numbers with a comma between; what is sent over connections from
 * or to one of them is noted in the journal, between the writes, in the true order.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* All 64 bits wide, in this order; disk.py says the same. */
typedef struct {
    int64_t write_error;  /* errno of each write and truncation; 0: none */
    int64_t sync_error;   /* errno of each sync */
    int64_t change_error; /* errno of each opening for writing, creation, renaming, removal */
    int64_t room;         /* bytes that may still be appended before the disk is full; below 0: without end */
    int64_t sync_us;      /* how long a sync takes at least */
    int64_t failing;      /* how many syncs fail yet with sync_error; below 0: all of them */
    int64_t failing_file; /* the inode of the file whose syncs fail; 0: each */
    int64_t die_at_sync;  /* the process dies when it begins its n-th sync from now; 0: it does not */
    int64_t writes, syncs, failed_writes, failed_syncs; /* what was seen so far */
} orders_t;

enum {
    CREATED = 1, WRITTEN, CUT, SYNC_BEGUN, SYNC_DONE, SYNC_FAILED, REMOVED, RENAMED, FOLDER_MADE, FOLDER_REMOVED, SENT, HEARD
};

typedef struct {
    uint32_t kind, size; /* what it is, and how many bytes follow */
    uint64_t file, offset, at_ns;
} record_t;

#define MOST_FILES 65536
static orders_t none = {.room = -1}, *orders = &none;
static const char *folder;
static size_t folder_size;
static int journal = -1, ports[16], ports_known;
static unsigned char watched[MOST_FILES]; /* by descriptor: 1 watched, 2 and not worth a note: SQLite rebuilds it */
static pthread_mutex_t in_order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name)                                                                                                     \
    ({                                                                                                                 \
        static __typeof__(&name) found_##name;                                                                         \
        if (!found_##name) found_##name = (__typeof__(&name))real(#name);                                              \
        found_##name;                                                                                                  \
    })
static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_ORDERS"), *list = getenv("DISK_PORTS");
    folder = getenv("DISK_FOLDER");
    if (!folder || !path) return;
    folder_size = strlen(folder);
    int file = REAL(open)(path, O_RDWR | O_CLOEXEC);
    void *map = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(orders_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map == MAP_FAILED) abort();
    REAL(close)(file);
    orders = map;
    if ((path = getenv("DISK_JOURNAL")))
        if ((journal = REAL(open)(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) < 0) abort();
    while (list && *list && ports_known < 16) {
        char *end;
        ports[ports_known++] = (int)strtol(list, &end, 10);
        list = *end ? end + 1 : end;
    }
}

/* -- what is told apart ------------------------------------------------------------------------------------------- */

static int below(const char *path, char *whole) { /* whether it is ours; `whole` takes the absolute path */
    if (!folder || !path) return 0;
    size_t size = 0;
    if (*path != '/') {
        if (!getcwd(whole, 4096)) return 0;
        size = strlen(whole);
        whole[size++] = '/';
    }
    if (size + strlen(path) >= 4096) return 0;
    strcpy(whole + size, path);
    return !strncmp(whole, folder, folder_size) && (whole[folder_size] == '/' || !whole[folder_size]);
}

static int is_watched(int file) { return file >= 0 && file < MOST_FILES && watched[file]; }

static int is_noted(int file) { return journal >= 0 && file >= 0 && file < MOST_FILES && watched[file] == 1; }

static uint64_t number_of(int file) {
    struct stat found;
    return fstat(file, &found) ? 0 : found.st_ino;
}

static void note(uint32_t kind, uint64_t file, uint64_t offset, const void *data, size_t size) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    record_t head = {kind, (uint32_t)size, file, offset, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, size}};
    int before = errno;
    if (REAL(writev)(journal, parts, 2) != (ssize_t)(sizeof head + size)) abort(); /* never a journal with a gap */
    errno = before;
}

static int failed(int64_t error) {
    errno = (int)error;
    return -1;
}

/* -- files -------------------------------------------------------------------------------------------------------- */

typedef int (*open_t)(const char *, int, ...);

static int open_it(open_t as, const char *path, int flags, mode_t mode) {
    char whole[4096];
    if (!below(path, whole)) return as(path, flags, mode);
    int changing = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    if (changing && orders->change_error) return failed(orders->change_error);
    size_t size = strlen(whole);
    int rebuilt = size > 4 && !strcmp(whole + size - 4, "-shm"), created = 0, file;
    pthread_mutex_lock(&in_order);
    if (flags & O_CREAT && !(flags & O_EXCL)) {
        file = as(path, flags & ~O_CREAT, mode);
        if (file < 0 && errno == ENOENT && (file = as(path, flags | O_EXCL, mode)) >= 0) created = 1;
    } else {
        file = as(path, flags, mode);
        created = flags & O_CREAT && file >= 0;
    }
    if (file >= 0 && file < MOST_FILES) {
        watched[file] = rebuilt ? 2 : 1;
        if (is_noted(file) && created) note(CREATED, number_of(file), 0, whole, size);
        if (is_noted(file) && !created && flags & O_TRUNC) note(CUT, number_of(file), 0, NULL, 0);
    }
    pthread_mutex_unlock(&in_order);
    return file;
}

#define OPENER(name)                                                                                                   \
    int name(const char *path, int flags, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                        \
        va_end(rest);                                                                                                  \
        return open_it((open_t)real(#name), path, flags, mode);                                                        \
    }
OPENER(open)
OPENER(open64)

int close(int file) {
    if (file >= 0 && file < MOST_FILES) watched[file] = 0;
    return REAL(close)(file);
}

static ssize_t write_it(int file, const void *data, size_t size, off64_t offset) {
    __atomic_add_fetch(&orders->writes, 1, __ATOMIC_RELAXED);
    int64_t error = orders->write_error;
    struct stat found;
    off64_t end = fstat(file, &found) ? 0 : found.st_size, beyond = offset + (off64_t)size - end;
    if (!error && orders->room >= 0 && beyond > 0) {
        if (beyond > orders->room) { /* as much as there is room for, and nothing where there is none */
            if ((off64_t)size > beyond - orders->room) size -= (size_t)(beyond - orders->room);
            else error = ENOSPC;
            beyond = orders->room;
        }
        if (!error) __atomic_sub_fetch(&orders->room, beyond, __ATOMIC_RELAXED);
    }
    if (error) {
        __atomic_add_fetch(&orders->failed_writes, 1, __ATOMIC_RELAXED);
        return failed(error);
    }
    pthread_mutex_lock(&in_order);
    if (is_noted(file)) note(WRITTEN, number_of(file), (uint64_t)offset, data, size);
    ssize_t written = REAL(pwrite64)(file, data, size, offset);
    pthread_mutex_unlock(&in_order);
    return written;
}

ssize_t pwrite64(int file, const void *data, size_t size, off64_t offset) {
    if (is_watched(file)) return write_it(file, data, size, offset);
    return REAL(pwrite64)(file, data, size, offset);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t offset) {
    if (is_watched(file)) return write_it(file, data, size, offset);
    return REAL(pwrite)(file, data, size, offset);
}

static int is_talk(int file, uint64_t *ours, uint64_t *theirs);

ssize_t write(int file, const void *data, size_t size) {
    if (!is_watched(file)) {
        uint64_t ours, theirs;
        return is_talk(file, &ours, &theirs) ? send(file, data, size, 0) : REAL(write)(file, data, size);
    }
    struct stat found;
    off64_t offset = lseek64(file, 0, SEEK_CUR);
    if (fcntl(file, F_GETFL) & O_APPEND && !fstat(file, &found)) offset = found.st_size;
    ssize_t written = write_it(file, data, size, offset);
    if (written > 0) lseek64(file, offset + written, SEEK_SET);
    return written;
}

static int cut_it(int file, off64_t size) {
    if (orders->write_error) return failed(orders->write_error);
    pthread_mutex_lock(&in_order);
    if (is_noted(file)) note(CUT, number_of(file), (uint64_t)size, NULL, 0);
    int result = REAL(ftruncate64)(file, size);
    pthread_mutex_unlock(&in_order);
    return result;
}

int ftruncate64(int file, off64_t size) { return is_watched(file) ? cut_it(file, size) : REAL(ftruncate64)(file, size); }

int ftruncate(int file, off_t size) { return is_watched(file) ? cut_it(file, size) : REAL(ftruncate)(file, size); }

/* What would pass us by is refused, so that the caller takes the way that we see. */
ssize_t sendfile64(int to, int from, off64_t *offset, size_t size) {
    return is_watched(to) ? failed(ENOTSOCK) : REAL(sendfile64)(to, from, offset, size);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size) {
    return is_watched(to) ? failed(ENOTSOCK) : REAL(sendfile)(to, from, offset, size);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
    return is_watched(to) ? failed(EXDEV) : REAL(copy_file_range)(from, from_at, to, to_at, size, flags);
}

/* -- syncs -------------------------------------------------------------------------------------------------------- */

static int sync_it(int (*as)(int), int file) {
    struct timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    int noted = is_noted(file);
    uint64_t number = noted ? number_of(file) : 0;
    uint64_t which = (uint64_t)__atomic_add_fetch(&orders->syncs, 1, __ATOMIC_RELAXED);
    if (noted) {
        pthread_mutex_lock(&in_order);
        note(SYNC_BEGUN, number, which, NULL, 0);
        pthread_mutex_unlock(&in_order);
    }
    if (orders->die_at_sync > 0 && __atomic_sub_fetch(&orders->die_at_sync, 1, __ATOMIC_RELAXED) == 0) raise(SIGKILL);
    int error = 0;
    int64_t only = orders->failing_file;
    if (orders->sync_error && orders->failing && (!only || (uint64_t)only == number_of(file))) {
        error = (int)orders->sync_error;
        if (orders->failing > 0) __atomic_sub_fetch(&orders->failing, 1, __ATOMIC_RELAXED);
    } else if (as(file)) error = errno;
    clock_gettime(CLOCK_MONOTONIC, &ended);
    int64_t left_ns = orders->sync_us * 1000 - ((int64_t)(ended.tv_sec - began.tv_sec) * 1000000000 + (ended.tv_nsec - began.tv_nsec));
    if (left_ns > 0) {
        struct timespec rest = {left_ns / 1000000000, left_ns % 1000000000};
        while (nanosleep(&rest, &rest) && errno == EINTR) {}
    }
    if (error) __atomic_add_fetch(&orders->failed_syncs, 1, __ATOMIC_RELAXED);
    if (noted) {
        pthread_mutex_lock(&in_order);
        note(error ? SYNC_FAILED : SYNC_DONE, number, which, NULL, 0);
        pthread_mutex_unlock(&in_order);
    }
    return error ? failed(error) : 0;
}

int fsync(int file) { return is_watched(file) ? sync_it(REAL(fsync), file) : REAL(fsync)(file); }

int fdatasync(int file) { return is_watched(file) ? sync_it(REAL(fdatasync), file) : REAL(fdatasync)(file); }

/* -- names -------------------------------------------------------------------------------------------------------- */

static void note_name(uint32_t kind, const char *path, uint64_t number) {
    if (journal >= 0) note(kind, number, 0, path, strlen(path));
}

#define CHANGE(kind, path, call)                                                                                       \
    char whole[4096];                                                                                                  \
    if (!below(path, whole)) return call;                                                                              \
    if (orders->change_error) return failed(orders->change_error);                                                     \
    pthread_mutex_lock(&in_order);                                                                                     \
    int result = call;                                                                                                 \
    struct stat found = {0};                                                                                           \
    if (!result && kind == FOLDER_MADE) stat(whole, &found);                                                           \
    if (!result) note_name(kind, whole, found.st_ino);                                                                 \
    pthread_mutex_unlock(&in_order);                                                                                   \
    return result;

int unlink(const char *path) { CHANGE(REMOVED, path, REAL(unlink)(path)) }

int rmdir(const char *path) { CHANGE(FOLDER_REMOVED, path, REAL(rmdir)(path)) }

int mkdir(const char *path, mode_t mode) { CHANGE(FOLDER_MADE, path, REAL(mkdir)(path, mode)) }

int rename(const char *from, const char *to) {
    char old[4096], both[8200];
    if (!below(from, old) || !below(to, both + 4100)) return REAL(rename)(from, to);
    if (orders->change_error) return failed(orders->change_error);
    size_t size = strlen(old) + 1, rest = strlen(both + 4100);
    memmove(both + size, both + 4100, rest);
    memcpy(both, old, size); /* the old name, a zero, the new name */
    pthread_mutex_lock(&in_order);
    int result = REAL(rename)(from, to);
    if (!result && journal >= 0) note(RENAMED, 0, 0, both, size + rest);
    pthread_mutex_unlock(&in_order);
    return result;
}

/* -- what is said to others: nothing else is noted between its leaving and its note -------------------------------- */

static int is_talk(int file, uint64_t *ours, uint64_t *theirs) { /* whether it is a connection that is noted */
    union {
        struct sockaddr any;
        struct sockaddr_in four; /* the port lies at one place in version 4 and 6 */
        struct sockaddr_in6 six;
    } here, there;
    socklen_t here_size = sizeof here, there_size = sizeof there;
    int before = errno, found = 0;
    if (journal < 0 || !ports_known) return 0;
    if (!getsockname(file, &here.any, &here_size) && !getpeername(file, &there.any, &there_size) &&
        (here.any.sa_family == AF_INET || here.any.sa_family == AF_INET6)) {
        *ours = ntohs(here.four.sin_port);
        *theirs = ntohs(there.four.sin_port);
        for (int each = 0; each < ports_known; each++)
            found |= (uint64_t)ports[each] == *ours || (uint64_t)ports[each] == *theirs;
    }
    errno = before;
    return found;
}

ssize_t send(int file, const void *data, size_t size, int flags) {
    uint64_t ours, theirs;
    if (!is_talk(file, &ours, &theirs)) return REAL(send)(file, data, size, flags);
    pthread_mutex_lock(&in_order);
    ssize_t sent = REAL(send)(file, data, size, flags);
    if (sent > 0) note(SENT, ours, theirs, data, (size_t)sent);
    pthread_mutex_unlock(&in_order);
    return sent;
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
    uint64_t ours, theirs;
    if (!is_talk(file, &ours, &theirs)) return REAL(sendmsg)(file, message, flags);
    pthread_mutex_lock(&in_order);
    ssize_t sent = REAL(sendmsg)(file, message, flags), left = sent;
    for (size_t each = 0; each < message->msg_iovlen && left > 0; each++) {
        size_t size = message->msg_iov[each].iov_len;
        if ((ssize_t)size > left) size = (size_t)left;
        note(SENT, ours, theirs, message->msg_iov[each].iov_base, size);
        left -= (ssize_t)size;
    }
    pthread_mutex_unlock(&in_order);
    return sent;
}

ssize_t recv(int file, void *data, size_t size, int flags) {
    uint64_t ours, theirs;
    ssize_t got = REAL(recv)(file, data, size, flags);
    if (got <= 0 || flags & MSG_PEEK || !is_talk(file, &ours, &theirs)) return got;
    pthread_mutex_lock(&in_order);
    note(HEARD, ours, theirs, data, (size_t)got);
    pthread_mutex_unlock(&in_order);
    return got;
}

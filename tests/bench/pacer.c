/* What the machine allows: requests sent at a fixed rate by a bare loop on absolute clock_nanosleep, timer slack 1 ns,
 * no spinning, on connections in turn. Sending blocks; answers are drained without waiting, and not read.
 *
 *   pacer PORT RATE SECONDS CONNECTIONS
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "GET /fibonacci/10 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connected(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0) fail("setsockopt");
    return fd;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: pacer PORT RATE SECONDS CONNECTIONS\n");
        return 2;
    }
    int port = atoi(argv[1]), connections = atoi(argv[4]);
    double rate = atof(argv[2]), seconds = atof(argv[3]);
    long long count = (long long)(rate * seconds);
    if (connections < 1 || connections > 1024 || rate <= 0) return 2;
    int fds[1024];
    for (int n = 0; n < connections; n++) fds[n] = connected(port);
    if (prctl(PR_SET_TIMERSLACK, 1) != 0) fail("prctl");

    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long long first = start.tv_sec * 1000000000LL + start.tv_nsec + 100000000LL;
    static char answers[65536];
    for (long long n = 0; n < count; n++) {
        long long due = first + (long long)((double)n * 1e9 / rate);
        struct timespec at = {.tv_sec = due / 1000000000LL, .tv_nsec = due % 1000000000LL};
        int fd = fds[n % connections];
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) {
        }
        if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof request - 1)) fail("send");
        /* The next one's answer: this one's is still on its way. */
        while (recv(fds[(n + 1) % connections], answers, sizeof answers, MSG_DONTWAIT) > 0) {
        }
    }
    printf("sent %lld\n", count);
    return 0;
}

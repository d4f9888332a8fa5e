// What every C++ driver shares: reading .fbin/.ibin files, and the measuring of one search setting.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

template <typename T>
struct Rows {
    uint32_t count = 0, columns = 0;
    std::vector<T> values;

    const T* row(size_t i) const { return values.data() + i * columns; }
    T* row(size_t i) { return values.data() + i * columns; }
};

template <typename T>
Rows<T> read_rows(const std::string& path) {
    Rows<T> rows;
    FILE* file = std::fopen(path.c_str(), "rb");
    if (!file || std::fread(&rows.count, 4, 1, file) != 1 || std::fread(&rows.columns, 4, 1, file) != 1) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(2);
    }
    rows.values.resize(size_t(rows.count) * rows.columns);
    if (std::fread(rows.values.data(), sizeof(T), rows.values.size(), file) != rows.values.size()) {
        std::fprintf(stderr, "%s is cut off\n", path.c_str());
        std::exit(2);
    }
    std::fclose(file);
    return rows;
}

inline void normalise(Rows<float>& rows) {
    for (size_t i = 0; i < rows.count; i++) {
        double square = 0;
        for (uint32_t j = 0; j < rows.columns; j++)
            square += double(rows.row(i)[j]) * rows.row(i)[j];
        for (uint32_t j = 0; j < rows.columns && square > 0; j++)
            rows.row(i)[j] = float(rows.row(i)[j] / std::sqrt(square));
    }
}

// BASE QUERY TRUTH METRIC [K]; for cosine both sets are brought to length 1.
struct Task {
    Rows<float> base, queries;
    Rows<int32_t> truth;
    std::string metric;
    int k = 10;

    Task(int count, char** arguments) {
        if (count < 5) {
            std::fprintf(stderr, "usage: %s BASE.fbin QUERY.fbin TRUTH.ibin l2|ip|cosine [K]\n", arguments[0]);
            std::exit(2);
        }
        base = read_rows<float>(arguments[1]);
        queries = read_rows<float>(arguments[2]);
        truth = read_rows<int32_t>(arguments[3]);
        metric = arguments[4];
        if (count > 5)
            k = std::atoi(arguments[5]);
        if (queries.columns != base.columns || truth.count < queries.count || truth.columns < uint32_t(k)) {
            std::fprintf(stderr, "base, queries and truth do not belong together\n");
            std::exit(2);
        }
        if (metric == "cosine") {
            normalise(base);
            normalise(queries);
        }
    }
};

inline double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Processor time of the whole process, all threads.
inline double cpu_seconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

inline double heap_bytes_in_use() {
    struct mallinfo2 heap = mallinfo2();
    return double(heap.uordblks) + double(heap.hblkhd);
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

inline double quantile(std::vector<double>& sorted, double part) {
    return sorted[std::min(sorted.size() - 1, size_t(part * sorted.size()))];
}

// Work(i) for i = 0 … count − 1, shared between threads.
template <typename Work>
void share(size_t count, int threads, Work work) {
    std::atomic<size_t> next{0};
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; t++)
        workers.emplace_back([&, t] {
            for (size_t i; (i = next.fetch_add(1)) < count;)
                work(i, t);
        });
    for (auto& worker : workers)
        worker.join();
}

// What the build cost. heap_bytes is the growth of the heap, whatever the index holds it for.
struct Build {
    double seconds = 0, cpu = 0, bytes_per_vector = 0, heap_bytes = 0;

    template <typename Work>
    static Build of(Work work) {
        Build build;
        double wall = wall_seconds(), cpu = cpu_seconds(), heap = heap_bytes_in_use();
        work();
        build.seconds = wall_seconds() - wall;
        build.cpu = cpu_seconds() - cpu;
        build.heap_bytes = heap_bytes_in_use() - heap;
        return build;
    }
};

inline double recall(const Task& task, const std::vector<int32_t>& found, int at) {
    size_t hits = 0;
    for (size_t i = 0; i < task.queries.count; i++)
        for (int j = 0; j < at; j++)
            hits += std::count(task.truth.row(i), task.truth.row(i) + at, found[i * task.k + j]) > 0;
    return double(hits) / (double(task.queries.count) * at);
}

// Three rounds of the whole query set alone and with two threads, medians; one JSON line. Fast settings go through the
// set several times a round, so that a round takes 0.1 s at least, as in `semblance lab ann`.
// search(query, k, ids, thread) writes k ids, -1 where there are fewer.
template <typename Search>
void measure(const Task& task, const char* peer, const std::string& setting, const Build& build, Search search) {
    const int rounds = 3;
    size_t n = task.queries.count;
    std::vector<int32_t> found(n * task.k, -1);
    // Apart, so that the two threads write to no common cache line.
    const size_t apart = task.k + 32;
    std::vector<int32_t> again(2 * apart);
    std::vector<double> one, two, latencies;
    size_t few = std::min<size_t>(n, 200);
    double warm = wall_seconds();
    for (size_t i = 0; i < few; i++)
        search(task.queries.row(i), task.k, &found[i * task.k], 0);
    double each = (wall_seconds() - warm) / few;
    size_t asked = n * size_t(std::ceil(std::max(1.0, 0.1 / (each * n))));
    for (int round = 0; round < rounds; round++) {
        double start = wall_seconds();
        for (size_t a = 0; a < asked; a++) {
            size_t i = a % n;
            double before = wall_seconds();
            search(task.queries.row(i), task.k, &found[i * task.k], 0);
            latencies.push_back((wall_seconds() - before) * 1e6);
        }
        one.push_back(asked / (wall_seconds() - start));
        start = wall_seconds();
        share(asked, 2, [&](size_t a, int thread) { search(task.queries.row(a % n), task.k, &again[thread * apart], thread); });
        two.push_back(asked / (wall_seconds() - start));
    }
    std::sort(latencies.begin(), latencies.end());
    auto at = [&](int k) { return task.k >= k ? std::to_string(recall(task, found, k)) : std::string("null"); };
    std::printf("{\"peer\":\"%s\",\"setting\":\"%s\",\"recall@1\":%s,\"recall@10\":%s,\"recall@100\":%s,\"qps_1\":%.1f,\"qps_2\":%.1f,"
                "\"p50_us\":%.2f,\"p99_us\":%.2f,\"build_seconds\":%.3f,\"build_cpu_seconds\":%.3f,\"bytes_per_vector\":%.1f,\"heap_bytes_per_vector\":%.1f}\n",
                peer, setting.c_str(), at(1).c_str(), at(10).c_str(), at(100).c_str(), median(one), median(two),
                quantile(latencies, .5), quantile(latencies, .99), build.seconds, build.cpu, build.bytes_per_vector, build.heap_bytes / task.base.count);
    std::fflush(stdout);
}

// Size of what save(path) writes, divided by the vectors; the file is removed.
template <typename Save>
double saved_bytes_per_vector(const Task& task, Save save) {
    std::string path = (std::filesystem::temp_directory_path() / ("peer-index-" + std::to_string(getpid()))).string();
    save(path);
    struct stat facts;
    double bytes = stat(path.c_str(), &facts) == 0 ? double(facts.st_size) : 0;
    std::remove(path.c_str());
    return bytes / task.base.count;
}

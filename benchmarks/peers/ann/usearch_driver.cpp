// usearch, float32: connectivity 16, expansion_add 100, two building threads. Bytes a vector: its serialised length.
#include "measure.h"

#include <usearch/index_dense.hpp>

using namespace unum::usearch;

int main(int count, char** arguments) {
    Task task(count, arguments);
    metric_kind_t kind = task.metric == "l2" ? metric_kind_t::l2sq_k : task.metric == "ip" ? metric_kind_t::ip_k : metric_kind_t::cos_k;
    index_dense_config_t config(16, 100, 10);
    auto made = index_dense_t::make(metric_punned_t(task.base.columns, kind, scalar_kind_t::f32_k), config);
    if (!made) {
        std::fprintf(stderr, "usearch: %s\n", made.error.what());
        return 1;
    }
    index_dense_t& index = made.index;
    std::fprintf(stderr, "usearch: kernels of %s\n", index.metric().isa_name());
    Build build = Build::of([&] {
        index.try_reserve(index_limits_t(task.base.count, 2));
        share(task.base.count, 2, [&](size_t i, int thread) { index.add(i, task.base.row(i), thread).error.raise(); });
    });
    build.bytes_per_vector = double(index.serialized_length()) / task.base.count;

    for (int ef : {10, 12, 16, 20, 24, 32, 40, 56, 80, 110, 150, 200, 280, 400}) {
        if (ef < task.k)
            continue;
        index.change_expansion_search(ef);
        measure(task, "usearch", "expansion=" + std::to_string(ef), build, [&](const float* query, int k, int32_t* ids, int thread) {
            std::vector<default_key_t> keys(k);
            auto found = index.search(query, k, thread);
            size_t got = found.dump_to(keys.data());
            for (int i = 0; i < k; i++)
                ids[i] = i < int(got) ? int32_t(keys[i]) : -1;
        });
    }
}

// hnswlib: M = 16, efConstruction = 100, two building threads. Bytes a vector: size of its saved file (vectors, links,
// labels); heap_bytes_per_vector adds what it holds besides: its label table and one lock a vector.
#include "measure.h"

#include <memory>

#include "hnswlib.h"

int main(int count, char** arguments) {
    Task task(count, arguments);
    hnswlib::L2Space l2(task.base.columns);
    hnswlib::InnerProductSpace product(task.base.columns);
    hnswlib::SpaceInterface<float>* space = &product;
    if (task.metric == "l2")
        space = &l2;

    std::unique_ptr<hnswlib::HierarchicalNSW<float>> made;
    Build build = Build::of([&] {
        made = std::make_unique<hnswlib::HierarchicalNSW<float>>(space, task.base.count, 16, 100);
        auto& index = *made;
        share(task.base.count, 2, [&](size_t i, int) { index.addPoint(task.base.row(i), i); });
    });
    auto& index = *made;
    build.bytes_per_vector = saved_bytes_per_vector(task, [&](const std::string& path) { index.saveIndex(path); });

    for (int ef : {10, 12, 16, 20, 24, 32, 40, 56, 80, 110, 150, 200, 280, 400}) {
        if (ef < task.k)
            continue;
        index.setEf(ef);
        measure(task, "hnswlib", "ef=" + std::to_string(ef), build, [&](const float* query, int k, int32_t* ids, int) {
            auto found = index.searchKnn(query, k);
            for (int i = int(found.size()) - 1; i >= 0; i--, found.pop())
                ids[i] = int32_t(found.top().second);
        });
    }
}

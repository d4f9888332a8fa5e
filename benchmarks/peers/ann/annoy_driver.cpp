// Annoy: 50 trees, two building threads; search_k swept. Bytes a vector: size of its saved file.
#include "measure.h"

#include <memory>

#define ANNOYLIB_MULTITHREADED_BUILD
#include "annoylib.h"
#include "kissrandom.h"

// Versions from 1.17 on have a namespace; older ones have none.
namespace Annoy {}
using namespace Annoy;

using Index = AnnoyIndexInterface<int32_t, float, uint64_t>;

template <typename Distance>
std::unique_ptr<Index> make(int columns) {
    return std::make_unique<AnnoyIndex<int32_t, float, Distance, Kiss64Random, AnnoyIndexMultiThreadedBuildPolicy>>(columns);
}

int main(int count, char** arguments) {
    Task task(count, arguments);
    const int trees = 50;
    auto index = task.metric == "l2" ? make<Euclidean>(task.base.columns)
        : task.metric == "ip"        ? make<DotProduct>(task.base.columns)
                                     : make<Angular>(task.base.columns);
    Build build = Build::of([&] {
        for (size_t i = 0; i < task.base.count; i++)
            index->add_item(int32_t(i), task.base.row(i));
        index->build(trees, 2);
    });
    build.bytes_per_vector = saved_bytes_per_vector(task, [&](const std::string& path) { index->save(path.c_str()); index->unload(); index->load(path.c_str()); });

    for (int search_k : {500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000}) {
        measure(task, "annoy", "trees=50,search_k=" + std::to_string(search_k), build, [&](const float* query, int k, int32_t* ids, int) {
            std::vector<int32_t> found;
            index->get_nns_by_vector(query, k, search_k, &found, nullptr);
            for (int i = 0; i < k; i++)
                ids[i] = i < int(found.size()) ? found[i] : -1;
        });
    }
}

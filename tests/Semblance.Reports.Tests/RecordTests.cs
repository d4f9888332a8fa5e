using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Semblance.Evaluation;
using Semblance.Index;
using Semblance.Networks;
using Semblance.Tests;
using Xunit;

namespace Semblance.Reports.Tests;

/// <summary>The keys are a contract with scripts, so they stand here once more, as text.</summary>
public sealed class RecordTests
{
    [Fact]
    public void A_run_over_folders_has_the_keys_of_the_contract()
    {
        var json = Json(IndexRecord.Of(new IngestReport(1, 2, 3, 4, 5, 6, 1.23456, 7.89123, [])), WireJson.Default.IndexRecord);
        Assert.Equal("added updated renamed removed unchanged failed seconds images_per_second", Keys(json));
        Assert.Equal((1.235, 7.89), (json.GetProperty("seconds").GetDouble(), json.GetProperty("images_per_second").GetDouble()));
    }

    [Fact]
    public void Hits_have_five_keys_and_two_more_where_they_explain_themselves()
    {
        var hit = new SearchHit(1, 17, "/a.jpg", 0.75f, 0.25f, ScoreWord.VerySimilar, Items.Make(17)) { HashBits = null };
        Assert.Equal("rank id path score distance", Keys(Json(HitRecord.Of(hit), WireJson.Default.HitRecord)));
        var explained = Json(ExplainedHitRecord.Of(hit), WireJson.Default.ExplainedHitRecord);
        Assert.Equal("rank id path score distance word hash_bits", Keys(explained));
        Assert.Equal(("very similar", JsonValueKind.Null), (explained.GetProperty("word").GetString(), explained.GetProperty("hash_bits").ValueKind));
        var how = Json(ExplanationRecord.Of(new SearchExplanation("hnsw", "s", 10, true, 1.23456, 9.87)), WireJson.Default.ExplanationRecord).GetProperty("explanation");
        Assert.Equal("index space searched filtered effort visited rescored scanned recall_estimate raised embed_milliseconds search_microseconds stages", Keys(how));
    }

    [Fact]
    public void An_evaluation_keeps_the_names_and_the_order_of_its_metrics()
    {
        var json = Json(EvaluationRecord.Of(new GalleryEvaluationReport(Report("leave-one-out"), new Dictionary<string, EvaluationReport>(), [])), WireJson.Default.EvaluationRecord);
        Assert.Equal("protocol queries gallery lone_queries metrics worst seconds", Keys(json));
        Assert.Equal("cmc@1 map@r fnmr@fmr=0.001 auc", Keys(json.GetProperty("metrics")));
        Assert.Equal("value low high", Keys(json.GetProperty("metrics").GetProperty("map@r")));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("metrics").GetProperty("auc").GetProperty("low").ValueKind);
        Assert.Equal("class queries cmc@1 map@r most_confused_with", Keys(json.GetProperty("worst")[0]));
        var beside = Json(EvaluationRecord.Of(new GalleryEvaluationReport(Report("pairs"), new Dictionary<string, EvaluationReport> { ["hsv"] = Report("pairs") }, [])), WireJson.Default.EvaluationRecord);
        Assert.Equal(0.5, beside.GetProperty("baselines").GetProperty("hsv").GetProperty("metrics").GetProperty("cmc@1").GetProperty("value").GetDouble());
    }

    [Fact]
    public void Status_has_the_keys_of_the_contract()
    {
        var space = new Space(1, "s", "resnet18", "ab", SpaceKind.Bits, Modality.Sketch, 512, Metric.Cosine, PostProcessing.Whitening, 1, 100, true);
        var index = new IndexStatus("hnsw", "auto", 9, 1, 1000, true, 0.98f, new RecallPoint(64, 0.99f, 12));
        var status = new GalleryStatus("/g", 10, 1, 2, 3, ["/p"], [space], ScoreScale.Unfitted, 4096, false, index) { OutdatedFacts = 4 };
        var json = Json(StatusRecord.Of(status, "semblance reindex"), WireJson.Default.StatusRecord);
        Assert.Equal("gallery pictures missing failures tags outdated_facts bytes read_only upgrade folders spaces index scale_fitted score_words", Keys(json));
        Assert.Equal("name model sha256 kind modality dimension metric post_processing projection_version fitted_count active views base head takes_pictures pictures index", Keys(json.GetProperty("spaces")[0]));
        Assert.Equal(("bits", "sketch"), (json.GetProperty("spaces")[0].GetProperty("kind").GetString(), json.GetProperty("spaces")[0].GetProperty("modality").GetString()));
        Assert.Equal("kind setting pictures deleted bytes current target_recall effort recall microseconds", Keys(json.GetProperty("index")));
        Assert.Equal("word min_score precision copy_share random_share same_folder", Keys(json.GetProperty("score_words")[0]));
        Assert.Equal(JsonValueKind.Null, Json(StatusRecord.Of(status with { Index = null }, null), WireJson.Default.StatusRecord).GetProperty("index").ValueKind);
    }

    [Fact]
    public void Duplicates_and_tags_have_the_keys_of_the_contract()
    {
        var group = new DuplicateGroup(Items.Make(1), "the most pixels", [new DuplicateMember(Items.Make(2, size: 70), 3, "near")]);
        var json = Json(DuplicateGroupRecord.Of(group), WireJson.Default.DuplicateGroupRecord);
        Assert.Equal("keep others reclaimable_bytes", Keys(json));
        Assert.Equal("id path why", Keys(json.GetProperty("keep")));
        Assert.Equal("id path distance why", Keys(json.GetProperty("others")[0]));
        Assert.Equal([(1, true, 1L), (1, false, 2L)], DuplicateLineRecord.Of([group]).Select(line => (line.Group, line.Keep, line.Id)));
        var suggestion = new TagSuggestion(Items.Make(5), [new SuggestedTag("cat", 0.75, [new TagSupport(3, 0.5f)])], null);
        var suggested = Json(TagSuggestionRecord.Of(suggestion), WireJson.Default.TagSuggestionRecord);
        Assert.Equal("id path tags unknown", Keys(suggested));
        Assert.Equal("tag confidence support", Keys(suggested.GetProperty("tags")[0]));
        Assert.Equal("id score", Keys(suggested.GetProperty("tags")[0].GetProperty("support")[0]));
    }

    [Fact]
    public void What_is_written_can_be_read_back()
    {
        var written = EvaluationRecord.Of(Report("query-gallery"));
        var read = JsonSerializer.Deserialize(JsonSerializer.Serialize(written, WireJson.Default.EvaluationRecord), WireKeys.Default.EvaluationRecord)!;
        Assert.Equal((written.Protocol, written.Queries, written.Metrics["cmc@1"], written.Worst[0]), (read.Protocol, read.Queries, read.Metrics["cmc@1"], read.Worst[0]));
        var hit = new HitRecord(1, 2, "/ü\n.jpg", 0.1f, 0.9f);
        Assert.Equal(hit, JsonSerializer.Deserialize(JsonSerializer.Serialize(hit, WireJson.Default.HitRecord), WireKeys.Default.HitRecord));
    }

    [Fact]
    public void What_is_written_has_its_keys_for_csv_and_for_readers()
    {
        var written = Registered(typeof(WireJson));
        Assert.True(written.Count > 20);
        Assert.Empty(written.Except(Registered(typeof(WireKeys))));
        Assert.Same(WireKeys.Default.HitRecord, WireKeys.Of(WireJson.Default.HitRecord));

        static HashSet<string> Registered(Type context) => [.. context.GetCustomAttributesData().Where(one => one.AttributeType == typeof(JsonSerializableAttribute)).Select(one => ((Type)one.ConstructorArguments[0].Value!).Name)];
    }

    [Fact]
    public void A_target_is_named_only_where_there_was_one()
    {
        var row = new AnnRecord("exact", "", null, 1, 1, null, 1, 1, 1, 1, 1, 1, 72);
        Assert.Equal("kind setting recall@1 recall@10 recall@100 qps_1 qps_2 p50_us p99_us build_seconds build_cpu_seconds bytes_per_vector", Keys(Json(row, WireJson.Default.AnnRecord)));
        Assert.StartsWith("kind setting target_recall recall@1", Keys(Json(row with { TargetRecall = 0.9 }, WireJson.Default.AnnRecord)), StringComparison.Ordinal);
    }

    private static EvaluationReport Report(string protocol) => new()
    {
        Protocol = protocol,
        Queries = 4,
        Gallery = 5,
        LoneQueries = 1,
        Metrics = new OrderedDictionary<string, MetricValue> { ["cmc@1"] = new(0.5, 0.25, 0.75), ["map@r"] = new(0.5, 0.25, 0.75), ["fnmr@fmr=0.001"] = new(0.1, null, null), ["auc"] = new(0.9, null, null) },
        Worst = [new ClassScore("cat", 3, 0.5, 0.25, "dog")],
        Seconds = 1.5,
    };

    private static JsonElement Json<T>(T value, JsonTypeInfo<T> shape) => JsonDocument.Parse(JsonSerializer.Serialize(value, shape)).RootElement;

    private static string Keys(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(property => property.Name));
}

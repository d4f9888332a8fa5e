using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Semblance.Reports;

/// <summary>The same records member by member: for keys of csv, and for reading JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AnnRecord))]
[JsonSerializable(typeof(DemoRecord))]
[JsonSerializable(typeof(DuplicateGroupRecord))]
[JsonSerializable(typeof(DuplicateLineRecord))]
[JsonSerializable(typeof(DuplicateStepRecord))]
[JsonSerializable(typeof(EmojiDemoRecord))]
[JsonSerializable(typeof(ErrorRecord))]
[JsonSerializable(typeof(EvaluationRecord))]
[JsonSerializable(typeof(ExplainedHitRecord))]
[JsonSerializable(typeof(ExplanationRecord))]
[JsonSerializable(typeof(FailureRecord))]
[JsonSerializable(typeof(FormatRecord))]
[JsonSerializable(typeof(HitRecord))]
[JsonSerializable(typeof(IndexRecord))]
[JsonSerializable(typeof(ItemRecord))]
[JsonSerializable(typeof(ModelAddedRecord))]
[JsonSerializable(typeof(ModelRecord))]
[JsonSerializable(typeof(ModelRemovedRecord))]
[JsonSerializable(typeof(PeerRecord))]
[JsonSerializable(typeof(RestoredRecord))]
[JsonSerializable(typeof(SnapshotRecord))]
[JsonSerializable(typeof(SpaceRecord[]))]
[JsonSerializable(typeof(StatusRecord))]
[JsonSerializable(typeof(TagCountRecord))]
[JsonSerializable(typeof(TagSuggestionLineRecord))]
[JsonSerializable(typeof(TagSuggestionRecord))]
[JsonSerializable(typeof(TaggedItemRecord))]
[JsonSerializable(typeof(TagsAddedRecord))]
[JsonSerializable(typeof(TagsRemovedRecord))]
[JsonSerializable(typeof(VerificationRecord))]
internal sealed partial class WireKeys : JsonSerializerContext
{
    /// <summary>The members of what a writer writes; the writer itself where it is not one of ours.</summary>
    public static JsonTypeInfo<T> Of<T>(JsonTypeInfo<T> writer) => Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T> ?? writer;
}

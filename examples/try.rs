use colega::eval::retrieval::*; use colega::embed::bm25::*; use colega::retrieve::retriever::*; use colega::retrieve::glossary::*;
use std::sync::Arc; use std::path::Path;
fn main(){
 let e=|k:&str,d:f32| std::env::var(k).ok().and_then(|v|v.parse().ok()).unwrap_or(d);
 let s=RankingSettings{bm25:Bm25Settings{k1:e("K1",1.2),b:e("B",0.75),title_weight:e("TW",1.0),pair_weight:e("PW",0.0)},retrieve:RetrieveSettings{candidates:e("C",100.) as usize,title_boost:e("TB",0.3),language_boost:e("LB",0.5),document_boost:e("DB",0.3),..RetrieveSettings::default()},glossary:if e("G",1.)>0.{Arc::new(Glossary::built_in())}else{Arc::new(Glossary::default())}};
 let ev=Path::new("../shared/eval");
 for (n,d,c,cp,qp,q) in [("xq en","xquad","corpus.jsonl","en-","en-","queries.jsonl"),("xq es","xquad","corpus.jsonl","es-","es-","queries.jsonl"),("xq e>s","xquad","corpus.jsonl","es-","en-","queries.jsonl"),("xq s>e","xquad","corpus.jsonl","en-","es-","queries.jsonl"),("owasp","owasp-asvs","corpus.jsonl","","","queries.jsonl"),("fa s>e","fastapi-en-es","corpus.jsonl","","es2en","queries.jsonl"),("fa e>s","fastapi-en-es","corpus.jsonl","","en2es","queries.jsonl"),("talks","transcripts-rawkode","corpus.jsonl","","","queries.jsonl"),("talksT","transcripts-rawkode","corpus.jsonl","","","/tmp/talkst.jsonl")]{
  let d=ev.join(d); let r=run(&Task{corpus:&d.join(c),queries:&d.join(q),qrels:&d.join("qrels.tsv"),corpus_prefix:cp,query_prefix:qp},&s);
  match r {Ok(r)=>print!("{n} {:.3}/{:.3} ({:.2}ms) | ",r.ndcg_at_10,r.recall_at_5,r.p50_ms),Err(e)=>println!("{n} {e:#}")}
 } println!();
}

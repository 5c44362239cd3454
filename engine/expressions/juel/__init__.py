"""Unified Expression Language as Camunda 7, Activiti and Flowable run it: `${amount > 100}`."""
